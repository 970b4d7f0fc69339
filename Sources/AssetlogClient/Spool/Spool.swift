import AssetlogCore

/// A directory of reports that wait for a server: one file each, in the order in which they were made.
///
/// Any number of processes may use it at once. Files are written whole and durably; only their owner can read them.
public struct Spool: Sendable {
    /// How much may wait, with what was refused.
    public struct Limits: Hashable, Sendable {
        /// The most files.
        public var files: Int
        /// The most bytes.
        public var bytes: Int

        /// Makes limits. Processes that write at the same moment may pass them by one report each.
        public init(files: Int = 10_000, bytes: Int = 256 << 20) {
            self.files = files
            self.bytes = bytes
        }
    }

    /// The path of the directory, which is made when it is first needed.
    public let directory: String
    /// How much may wait.
    public let limits: Limits

    /// Names a spool; nothing is opened.
    public init(directory: String, limits: Limits = Limits()) {
        self.directory = directory
        self.limits = limits
    }

    /// The directory of the spool of the user who runs this process; see ``SpoolDirectories`` for where it lies.
    ///
    /// - Throws: ``ClientError`` when there is none that can be used.
    public static func defaultDirectory(environment: [String: String]) throws -> String {
        try SpoolDirectories(environment: environment).first()
    }

    var waitingDirectory: String { "\(directory)/waiting" }
    var refusedDirectory: String { "\(directory)/refused" }
    var locks: SpoolLocks { SpoolLocks(directory: "\(directory)/locks") }

    /// Gives a report its position in the order, before it is sent: whatever is made later is delivered later.
    ///
    /// It is durable only after ``persist(_:)``, so that a report that is taken at once costs no write to the disk.
    /// - Throws: ``ClientError``.
    func register(_ report: SealedReport, until end: Duration, _ clock: ClientClock) async throws -> SpoolName {
        try DurableFile.makeDirectory(waitingDirectory)
        // Where it can't be had, the clock alone makes the order.
        let lock = try await locks.acquireNaming(until: end, clock)
        defer { withExtendedLifetime(lock) {} }
        return try write(report, isDurable: false)
    }

    /// Makes durable what was registered.
    ///
    /// - Throws: ``ClientError``.
    func persist(_ name: SpoolName) throws {
        try DurableFile.persist("\(waitingDirectory)/\(name)")
        DurableFile.sync(waitingDirectory)
    }

    /// Keeps a report, durably.
    ///
    /// - Throws: ``ClientError``.
    func add(_ report: SealedReport) throws {
        try DurableFile.makeDirectory(waitingDirectory)
        _ = try write(report, isDurable: true)
    }

    private func write(_ report: SealedReport, isDurable: Bool) throws -> SpoolName {
        let bytes = SpoolFormat.bytes(of: report)
        let waiting = try DurableFile.list(waitingDirectory)
        try refuseOverflow(waiting, adding: bytes.count)
        let key = report.orderingKey
        // A clock that was set back must not let a later report overtake.
        let last = waiting.compactMap { SpoolName($0.name) }.filter { $0.orderingKey == key }.map(\.order).max() ?? 0
        let name = SpoolName(order: max(report.madeAt.microseconds, last + 1), orderingKey: key, id: report.id)
        try DurableFile.write(bytes, to: name.description, in: waitingDirectory, isDurable: isDurable)
        return name
    }

    private func refuseOverflow(_ waiting: [DurableFile.Entry], adding size: Int) throws {
        let files = waiting + (try DurableFile.list(refusedDirectory))
        let bytes = files.reduce(0) { $0 + $1.size }
        guard files.count < limits.files, bytes + size <= limits.bytes else {
            throw ClientError(
                .spoolFull,
                "the spool \(directory) is full, with \(files.count) files and \(bytes) bytes;"
                    + " deliver the waiting reports, and remove the refused ones")
        }
    }

    /// The names of what waits, in order; of one key, or of all.
    func names(orderingKey key: UInt64? = nil) throws -> [SpoolName] {
        try DurableFile.list(waitingDirectory).compactMap { SpoolName($0.name) }
            .filter { key == nil || $0.orderingKey == key }.sorted()
    }

    /// Reads a report; nil when another process has delivered it in the meantime.
    ///
    /// - Throws: ``SpoolFormat/Damage``, or ``ClientError`` when the file can't be read.
    func read(_ name: SpoolName) throws -> SealedReport? {
        guard let bytes = try DurableFile.read("\(waitingDirectory)/\(name)", limit: limits.bytes) else { return nil }
        return try SpoolFormat.report(of: bytes)
    }

    func remove(_ name: SpoolName) throws {
        try DurableFile.remove("\(waitingDirectory)/\(name)")
    }

    /// Puts a report aside, with the reason next to it.
    func setAside(_ name: SpoolName, because reason: String) throws {
        try DurableFile.makeDirectory(refusedDirectory)
        // First the reason: a report that was moved is not looked at again.
        try DurableFile.write(Array("\(reason)\n".utf8), to: "\(name).answer", in: refusedDirectory)
        try DurableFile.move("\(waitingDirectory)/\(name)", to: "\(refusedDirectory)/\(name)")
        DurableFile.sync(refusedDirectory)
        DurableFile.sync(waitingDirectory)
    }

    /// Takes out a report that another process has put aside, and returns the reason; nil when there is none.
    func takeRefusal(of name: SpoolName) throws -> String? {
        guard let reason = try DurableFile.read("\(refusedDirectory)/\(name).answer", limit: 1 << 16) else { return nil }
        try DurableFile.remove("\(refusedDirectory)/\(name)")
        try DurableFile.remove("\(refusedDirectory)/\(name).answer")
        return String(decoding: reason.prefix { $0 != 0x0a }, as: UTF8.self)
    }

    /// Lets everything that was refused wait again, at its position in the order.
    func takeBackRefused() throws {
        for entry in try DurableFile.list(refusedDirectory) {
            guard let name = SpoolName(entry.name) else { continue }
            try DurableFile.move("\(refusedDirectory)/\(name)", to: "\(waitingDirectory)/\(name)")
            try DurableFile.remove("\(refusedDirectory)/\(name).answer")
        }
        DurableFile.sync(waitingDirectory)
    }
}
