#if Catalog
import AssetlogCore
import AssetlogSQLite

/// Everything that one asset has in a catalog's file, in a form that is equal for all catalogs of one log.
struct AssetDump {
    /// A row.
    struct Line: Equatable {
        /// What it is about: `asset`, `partition "2026-11-30"`, `check "fresh" overall` and so on.
        var subject: String
        var bytes: [UInt8]
    }

    /// A name as a JSON string, so that no control character of it comes to a terminal.
    static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        CanonicalJSON.appendString(text.utf8, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The deployment and the key.
    var name: AssetName
    var lines: [Line]
}

/// Reads a catalog's file asset by asset, in the order of their names.
///
/// Numbers that depend on how the catalog came to be, those of assets and labels, are replaced by the names that they stand for.
final class CatalogDump {
    private let connection: Connection
    private let names: Statement

    init(_ connection: Connection) throws {
        self.connection = connection
        names = try connection.prepare(
            "SELECT id, deployment, key, state, started FROM assets WHERE state >= 0 ORDER BY deployment, key")
    }

    /// The next asset; nil: there is none.
    func next() throws -> AssetDump? {
        guard try names.step() else { return nil }
        let id = names.integer(0)
        let name = AssetName(AssetKey(canonical: names.text(2)), in: names.text(1))
        guard let record = try CatalogRows(connection: connection).record(of: id) else { throw DamagedRecord() }
        var writer = RecordWriter()
        record.write(to: &writer)
        writer.write(record.labels.sorted()) { $0.write($1.text) }
        writer.write(names.integer(3))
        writer.write(names.integer(4))
        var lines = [AssetDump.Line(subject: "asset", bytes: writer.bytes)]
        lines += try partitions(of: id)
        lines += try checks(of: id)
        lines += try days(of: id, record)
        lines += try edges(of: id)
        return AssetDump(name: name, lines: lines)
    }

    private func partitions(of id: Int64) throws -> [AssetDump.Line] {
        try rows("SELECT name, state, started, record FROM partitions WHERE asset = ? ORDER BY name", id) { row in
            var writer = RecordWriter()
            writer.write(row.isNull(1) ? -1 : row.integer(1))
            writer.write(row.integer(2))
            return AssetDump.Line(
                subject: "partition \(AssetDump.quoted(row.text(0)))", bytes: writer.bytes + Array(row.bytes(3)))
        }
    }

    private func checks(of id: Int64) throws -> [AssetDump.Line] {
        try rows("SELECT level, name, part, record FROM checks WHERE asset = ? ORDER BY level, name, part", id) { row in
            let part = row.integer(0) == CheckName.Part.overallLevel ? "overall" : "by partition \(AssetDump.quoted(row.text(2)))"
            return AssetDump.Line(subject: "check \(AssetDump.quoted(row.text(1))) \(part)", bytes: Array(row.bytes(3)))
        }
    }

    private func days(of id: Int64, _ record: AssetRecord) throws -> [AssetDump.Line] {
        let order = record.labels.indices.sorted { record.labels[$0] < record.labels[$1] }
        var numbers = [Int](repeating: 0, count: order.count)
        for (number, index) in order.enumerated() { numbers[index] = number }
        return try rows("SELECT day, record FROM days WHERE asset = ? ORDER BY day", id) { row in
            let day = try RecordReader.read(row.bytes(1), DayRecord.init)
            return AssetDump.Line(
                subject: "day \(CivilDate(days: row.integer(0)).text)",
                bytes: day.encoded { numbers.indices.contains($0) ? numbers[$0] : $0 })
        }
    }

    private func edges(of id: Int64) throws -> [AssetDump.Line] {
        try rows("SELECT upstream FROM edges WHERE asset = ? ORDER BY upstream", id) { row in
            AssetDump.Line(subject: "upstream \(row.text(0))", bytes: [])
        }
    }

    private func rows(_ sql: String, _ id: Int64, _ read: (Statement) throws -> AssetDump.Line) throws -> [AssetDump.Line] {
        let row = try connection.statement(sql)
        try row.bind(id, at: 1)
        return try row.rows(read)
    }
}

/// How two catalogs of one log differ.
struct CatalogComparison {
    /// A sentence for each of the first differences; empty: there is none.
    private(set) var differences: [String] = []
    /// The number of assets of the first catalog.
    private(set) var assets = 0
    private let limit: Int

    /// - Parameter limit: It ends after so many differences.
    init(_ left: CatalogDump, _ right: CatalogDump, limit: Int = 20) throws {
        self.limit = limit
        var (one, other) = (try left.next(), try right.next())
        while differences.count < limit, let name = [one?.name, other?.name].compactMap({ $0 }).min() {
            let (mine, theirs) = (one?.name == name ? one : nil, other?.name == name ? other : nil)
            compare(name, mine, theirs)
            if mine != nil {
                assets += 1
                one = try left.next()
            }
            if theirs != nil { other = try right.next() }
        }
    }

    private mutating func compare(_ name: AssetName, _ mine: AssetDump?, _ theirs: AssetDump?) {
        let asset = "\(name.key.text) of \(name.deployment.text)"
        guard let mine else { return add("\(asset) is missing") }
        guard let theirs else { return add("\(asset) is not in the log") }
        guard mine.lines != theirs.lines else { return }
        let known = Dictionary(theirs.lines.map { ($0.subject, $0.bytes) }) { first, _ in first }
        for line in mine.lines where known[line.subject] != line.bytes {
            add("\(asset): \(line.subject) " + (known[line.subject] == nil ? "is not in the log" : "differs"))
        }
        let own = Set(mine.lines.map(\.subject))
        for line in theirs.lines where !own.contains(line.subject) { add("\(asset): \(line.subject) is missing") }
    }

    private mutating func add(_ difference: String) {
        if differences.count < limit { differences.append(difference) }
    }
}
#endif
