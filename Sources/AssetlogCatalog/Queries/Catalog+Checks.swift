#if Catalog
import AssetlogCore
import AssetlogSQLite

extension Catalog {
    package func checks(_ query: AssetCheckQuery) async throws -> CatalogAnswer<CheckList?> {
        let after = try PageToken.read(query.after, CheckName.init(token:))
        return try await answer { snapshot, _ in
            guard let view = try snapshot.asset(query.assetKey, in: query.scope) else { return nil }
            let range = CheckRange(
                level: query.byPartition ? CheckName.Part.otherLevel : CheckName.Part.overallLevel,
                name: query.checkName.map(ByteText.init), part: query.partition.map { .partition(ByteText($0)) }, after: after,
                limit: query.limit + 1)
            let checks = try snapshot.checks(of: view, range)
            return CheckList(
                checks: checks.prefix(query.limit).map { $1.row(of: query.assetKey, name: $0) },
                next: checks.count > query.limit ? PageToken.text(checks[query.limit - 1].0.write) : nil)
        }
    }

    package func checks(_ query: CheckListQuery) async throws -> CatalogAnswer<CheckList> {
        let after = try PageToken.read(query.after) { reader throws(DamagedRecord) in
            (key: ByteText(try reader.text()), name: try CheckName(token: &reader))
        }
        let results = query.results ?? Set(CheckResult.allCases)
        return try await answer { snapshot, _ in
            var keys: [ByteText] = []
            try AssetSelection(query.scope).forEach(snapshot) { head in
                let isPast = after.map { head.key < $0.key } ?? false
                if !isPast, results.contains(where: { head.checks[$0] > 0 }) { keys.append(head.key) }
            }
            var checks: [(CheckRow, CheckName)] = []
            for key in keys.sorted() where checks.count <= query.limit {
                let assetKey = AssetKey(canonical: key.text)
                guard let view = try snapshot.view(of: AssetName(assetKey, in: query.scope.deployment)) else { continue }
                let range = CheckRange(
                    level: CheckName.Part.overallLevel, after: after.flatMap { $0.key == key ? $0.name : nil })
                for (name, check) in try snapshot.checks(of: view, range) where results.contains(check.result) {
                    checks.append((check.row(of: assetKey, name: name), name))
                }
            }
            let last = checks.count > query.limit ? checks[query.limit - 1] : nil
            let next = last.map { last in
                PageToken.text { writer in
                    writer.write(last.0.assetKey.canonical)
                    last.1.write(to: &writer)
                }
            }
            return CheckList(checks: checks.prefix(query.limit).map(\.0), next: next)
        }
    }
}

/// Which checks of an asset are read.
struct CheckRange {
    /// Those over all partitions, or the others.
    var level: Int64
    /// Only those of this name; nil: all.
    var name: ByteText?
    /// Only those about this; nil: about anything of the level.
    var part: CheckName.Part?
    /// Only those behind this one; nil: all.
    var after: CheckName?
    /// At most so many.
    var limit = Int.max
}

extension CheckName {
    fileprivate init(token reader: inout RecordReader) throws(DamagedRecord) {
        let name = ByteText(try reader.text())
        let level = try reader.integer()
        self.init(name: name, part: Part(level: level, text: try reader.text()))
    }

    fileprivate func write(to writer: inout RecordWriter) {
        writer.write(name.text)
        writer.write(part.level)
        writer.write(part.text)
    }
}

extension CatalogSnapshot {
    /// Checks of an asset, in the order of their names.
    func checks(of view: AssetView, _ range: CheckRange) throws -> [(CheckName, CheckRecord)] {
        let memory = view.merged(\.checks)
        var found = memory.filter { name, _ in
            name.part.level == range.level && range.name.map { $0 == name.name } ?? true
                && range.part.map { $0 == name.part } ?? true && range.after.map { $0 < name } ?? true
        }.map { ($0.key, $0.value) }
        if !view.isWhole {
            let row = try connection.statement(
                """
                SELECT name, part, record FROM checks WHERE asset = ? AND level = ? AND (name, part) \(range.after == nil ? ">=" : ">") (?, ?)
                    \(range.part == nil ? "" : "AND part = ?") ORDER BY name, part
                """)
            let start = range.after.map { ($0.name.text, $0.part.text) } ?? (range.name?.text ?? "", "")
            try row.bind([view.id, range.level, start.0, start.1] + (range.part.map { [$0.text] } ?? []))
            defer { row.reset() }
            var count = 0
            while count < range.limit, try row.step() {
                let name = CheckName(
                    name: ByteText(row.text(0)), part: CheckName.Part(level: range.level, text: row.text(1)))
                if let wanted = range.name, wanted != name.name { break }
                guard memory[name] == nil else { continue }
                found.append((name, try RecordReader.read(row.bytes(2), CheckRecord.init)))
                count += 1
            }
        }
        found.sort { $0.0 < $1.0 }
        return Array(found.prefix(range.limit))
    }
}
#endif
