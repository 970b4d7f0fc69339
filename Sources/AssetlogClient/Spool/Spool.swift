import AssetlogCore

/// A folder of reports that wait for a server: one file each, in the order in which they were made.
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

    /// The path of the folder, which is made when it is first needed.
    public let folder: String
    /// How much may wait.
    public let limits: Limits

    /// Names a spool; nothing is opened.
    public init(folder: String, limits: Limits = Limits()) {
        self.folder = folder
        self.limits = limits
    }

    /// The folder of the spool of the user who runs this process; see ``SpoolFolders`` for where it lies.
    ///
    /// - Throws: ``ClientError`` when there is none that can be used.
    public static func defaultFolder(environment: [String: String]) throws -> String {
        try SpoolFolders(environment: environment).first()
    }

    var waitingFolder: String { "\(folder)/waiting" }
    var refusedFolder: String { "\(folder)/refused" }
    var locks: SpoolLocks { SpoolLocks(folder: "\(folder)/locks") }

    /// Gives a report its place in the order, before it is sent: whatever is made later is delivered later.
    ///
    /// It is durable only after ``persist(_:)``, so that a report that is taken at once costs no write to the disk.
    /// - Throws: ``ClientError``.
    func register(_ report: SealedReport, until end: Duration, _ clock: ClientClock) async throws -> SpoolName {
        try DurableFile.makeFolder(waitingFolder)
        // Where it can't be had, the clock alone makes the order.
        let lock = try await locks.acquireNaming(until: end, clock)
        defer { withExtendedLifetime(lock) {} }
        return try write(report, isDurable: false)
    }

    /// Makes durable what was registered.
    ///
    /// - Throws: ``ClientError``.
    func persist(_ name: SpoolName) throws {
        try DurableFile.persist("\(waitingFolder)/\(name)")
        DurableFile.sync(waitingFolder)
    }

    /// Keeps a report, durably.
    ///
    /// - Throws: ``ClientError``.
    func add(_ report: SealedReport) throws {
        try DurableFile.makeFolder(waitingFolder)
        _ = try write(report, isDurable: true)
    }

    private func write(_ report: SealedReport, isDurable: Bool) throws -> SpoolName {
        let bytes = SpoolFormat.bytes(of: report)
        let waiting = try DurableFile.list(waitingFolder)
        try refuseOverflow(waiting, adding: bytes.count)
        let key = report.orderingKey
        // A clock that was set back must not let a later report overtake.
        let last = waiting.compactMap { SpoolName($0.name) }.filter { $0.orderingKey == key }.map(\.order).max() ?? 0
        let name = SpoolName(order: max(report.madeAt.microseconds, last + 1), orderingKey: key, id: report.id)
        try DurableFile.write(bytes, to: name.description, in: waitingFolder, isDurable: isDurable)
        return name
    }

    private func refuseOverflow(_ waiting: [DurableFile.Entry], adding size: Int) throws {
        let files = waiting + (try DurableFile.list(refusedFolder))
        let bytes = files.reduce(0) { $0 + $1.size }
        guard files.count < limits.files, bytes + size <= limits.bytes else {
            throw ClientError(
                .spoolFull,
                "the spool \(folder) is full, with \(files.count) files and \(bytes) bytes;"
                    + " deliver the waiting reports, and remove the refused ones")
        }
    }

    /// The names of what waits, in order; of one key, or of all.
    func names(orderingKey key: UInt64? = nil) throws -> [SpoolName] {
        try DurableFile.list(waitingFolder).compactMap { SpoolName($0.name) }
            .filter { key == nil || $0.orderingKey == key }.sorted()
    }

    /// Reads a report; nil when another process has delivered it in the meantime.
    ///
    /// - Throws: ``SpoolFormat/Damage``, or ``ClientError`` when the file can't be read.
    func read(_ name: SpoolName) throws -> SealedReport? {
        guard let bytes = try DurableFile.read("\(waitingFolder)/\(name)", limit: limits.bytes) else { return nil }
        return try SpoolFormat.report(of: bytes)
    }

    func remove(_ name: SpoolName) throws {
        try DurableFile.remove("\(waitingFolder)/\(name)")
    }

    /// Puts a report aside, with the reason next to it.
    func setAside(_ name: SpoolName, because reason: String) throws {
        try DurableFile.makeFolder(refusedFolder)
        // First the reason: a report that was moved is not looked at again.
        try DurableFile.write(Array("\(reason)\n".utf8), to: "\(name).answer", in: refusedFolder)
        try DurableFile.move("\(waitingFolder)/\(name)", to: "\(refusedFolder)/\(name)")
        DurableFile.sync(refusedFolder)
        DurableFile.sync(waitingFolder)
    }

    /// Takes out a report that another process has put aside, and returns the reason; nil when there is none.
    func takeRefusal(of name: SpoolName) throws -> String? {
        guard let reason = try DurableFile.read("\(refusedFolder)/\(name).answer", limit: 1 << 16) else { return nil }
        try DurableFile.remove("\(refusedFolder)/\(name)")
        try DurableFile.remove("\(refusedFolder)/\(name).answer")
        return String(decoding: reason.prefix { $0 != 0x0a }, as: UTF8.self)
    }

    /// Lets everything that was refused wait again, at its place in the order.
    func takeBackRefused() throws {
        for entry in try DurableFile.list(refusedFolder) {
            guard let name = SpoolName(entry.name) else { continue }
            try DurableFile.move("\(refusedFolder)/\(name)", to: "\(waitingFolder)/\(name)")
            try DurableFile.remove("\(refusedFolder)/\(name).answer")
        }
        DurableFile.sync(waitingFolder)
    }
}
