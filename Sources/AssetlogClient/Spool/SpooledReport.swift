public import AssetlogCore

/// A report in a spool, as it is listed.
public struct SpooledReport: Hashable, Sendable {
    /// The name of its file, which sorts by the time when it was made.
    public var name: String
    /// Where it goes to; nil when the file is damaged.
    public var url: ServerURL?
    /// The deployment; nil: the server's default.
    public var deployment: String?
    /// What kind of event it makes; nil when the file is damaged.
    public var kind: EventKind?
    /// The asset; nil when the file is damaged.
    public var assetKey: AssetKey?
    /// When it was made; nil when the file is damaged.
    public var madeAt: Timestamp?
    /// Why it was refused, or can't be read; nil while it waits.
    public var reason: String?
}

extension Spool {
    /// What waits, in order.
    ///
    /// - Throws: ``ClientError``.
    public func waiting() throws -> [SpooledReport] {
        try list(waitingDirectory)
    }

    /// What was refused, in order, with the reasons.
    ///
    /// - Throws: ``ClientError``.
    public func refused() throws -> [SpooledReport] {
        try list(refusedDirectory).map { report in
            var report = report
            let reason = try DurableFile.read("\(refusedDirectory)/\(report.name).answer", limit: 1 << 16)
            report.reason = reason.map { String(decoding: $0.prefix { $0 != 0x0a }, as: UTF8.self) } ?? report.reason
            return report
        }
    }

    private func list(_ directory: String) throws -> [SpooledReport] {
        let names = try DurableFile.list(directory).compactMap { SpoolName($0.name) }.sorted()
        return try names.compactMap { name in
            // Another process may have delivered it in the meantime.
            guard let bytes = try DurableFile.read("\(directory)/\(name)", limit: limits.bytes) else { return nil }
            var entry = SpooledReport(name: name.description)
            do {
                let report = try SpoolFormat.report(of: bytes)
                (entry.url, entry.deployment, entry.kind) = (report.url, report.deployment, report.kind)
                (entry.assetKey, entry.madeAt) = (report.assetKey, report.madeAt)
            } catch {
                entry.reason = "\(error)"
            }
            return entry
        }
    }
}
