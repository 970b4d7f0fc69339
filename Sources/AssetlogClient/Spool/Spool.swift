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

    /// The folder of a user: `$XDG_STATE_HOME/assetlog/spool`, or `~/.local/state/assetlog/spool`.
    ///
    /// - Throws: ``ClientError`` when the environment names neither.
    public static func defaultFolder(environment: [String: String]) throws -> String {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return "\(state)/assetlog/spool" }
        if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/.local/state/assetlog/spool" }
        throw ClientError(.spoolFailed, "there is no folder for the spool: HOME is not set; name a folder")
    }

    var waitingFolder: String { "\(folder)/waiting" }
    var refusedFolder: String { "\(folder)/refused" }
    var lockPath: String { "\(folder)/lock" }

    /// Keeps a report, durably.
    ///
    /// - Throws: ``ClientError``.
    func add(_ report: SealedReport) throws {
        try DurableFile.makeFolder(waitingFolder)
        let bytes = SpoolFormat.bytes(of: report)
        let waiting = try DurableFile.list(waitingFolder)
        try refuseOverflow(waiting, adding: bytes.count)
        // A clock that was set back must not let a later report overtake.
        let last = waiting.compactMap { SpoolName($0.name)?.order }.max() ?? 0
        let name = SpoolName(order: max(report.madeAt.microseconds, last + 1), lane: report.lane, id: report.id)
        try DurableFile.write(bytes, to: name.description, in: waitingFolder)
    }

    private func refuseOverflow(_ waiting: [DurableFile.Entry], adding size: Int) throws {
        let files = waiting + (try DurableFile.list(refusedFolder))
        let bytes = files.reduce(0) { $0 + $1.size }
        guard files.count < limits.files, bytes + size <= limits.bytes else {
            throw ClientError(
                .spoolFull,
                "the spool \(folder) is full with \(files.count) files and \(bytes) bytes;"
                    + " deliver what waits, and remove what was refused")
        }
    }

    /// The names of what waits, in order; of one lane, or of all.
    func names(lane: UInt64? = nil) throws -> [SpoolName] {
        try DurableFile.list(waitingFolder).compactMap { SpoolName($0.name) }.filter { lane == nil || $0.lane == lane }.sorted()
    }

    /// Reads a report; nil when another process has delivered it meanwhile.
    ///
    /// - Throws: ``SpoolFormat/Damage``, or ``ClientError`` when the file can't be read.
    func read(_ name: SpoolName) throws -> SealedReport? {
        guard let bytes = try DurableFile.read("\(waitingFolder)/\(name)", limit: limits.bytes) else { return nil }
        return try SpoolFormat.report(of: bytes)
    }

    func remove(_ name: SpoolName) throws {
        try DurableFile.remove("\(waitingFolder)/\(name)")
    }

    /// Puts a report aside, with the reason beside it.
    func setAside(_ name: SpoolName, because reason: String) throws {
        try DurableFile.makeFolder(refusedFolder)
        // First the reason: a report that was moved is not looked at again.
        try DurableFile.write(Array("\(reason)\n".utf8), to: "\(name).answer", in: refusedFolder)
        try DurableFile.move("\(waitingFolder)/\(name)", to: "\(refusedFolder)/\(name)")
        DurableFile.sync(refusedFolder)
        DurableFile.sync(waitingFolder)
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
