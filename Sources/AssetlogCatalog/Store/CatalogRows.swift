#if Catalog
import AssetlogCore
import AssetlogSQLite

/// Reads rows of a catalog's file over one connection.
struct CatalogRows {
    let connection: Connection

    /// The number of the last flush.
    func flush() throws -> Int64 {
        try connection.integer("SELECT flush FROM header") ?? 0
    }

    /// The greatest number of an asset; 0: there is none.
    func lastID() throws -> Int64 {
        try connection.integer("SELECT max(id) FROM assets") ?? 0
    }

    /// The heads of all assets; nil: there are more than so many, or they are too long.
    func heads(limit: Int) throws -> AssetHeads? {
        var heads = AssetHeads(limit: limit)
        let row = try connection.statement("SELECT \(AssetHead.columns), deployment FROM assets WHERE state >= 0")
        defer { row.reset() }
        while try row.step() {
            heads.set(AssetHead(row), of: ByteText(row.text(12)))
            if heads.isOverfull { return nil }
        }
        return heads
    }

    /// An asset's number; nil: it is not in the file.
    func id(of name: AssetName) throws -> Int64? {
        try connection.integer(
            "SELECT id FROM assets WHERE deployment = ? AND key = ?", name.deployment.text, name.key.text)
    }

    func record(of id: Int64) throws -> AssetRecord? {
        try first("SELECT record FROM records WHERE id = ?", id) { try RecordReader.read($0.bytes(0), AssetRecord.init) }
    }

    func partition(_ name: ByteText, of id: Int64) throws -> PartitionRecord? {
        try first("SELECT record FROM partitions WHERE asset = ? AND name = ?", id, name.text) {
            try RecordReader.read($0.bytes(0), PartitionRecord.init)
        }
    }

    func check(_ name: CheckName, of id: Int64) throws -> CheckRecord? {
        try first(
            "SELECT record FROM checks WHERE asset = ? AND level = ? AND name = ? AND part = ?", id, name.part.level,
            name.name.text, name.part.text
        ) { try RecordReader.read($0.bytes(0), CheckRecord.init) }
    }

    func day(_ day: Int64, of id: Int64) throws -> DayRecord? {
        try first("SELECT record FROM days WHERE asset = ? AND day = ?", id, day) {
            try RecordReader.read($0.bytes(0), DayRecord.init)
        }
    }

    private func first<Row>(
        _ sql: String, _ values: any StatementValue..., read: (Statement) throws -> Row
    ) throws -> Row? {
        let row = try connection.statement(sql)
        try row.bind(values)
        guard try row.step() else { return nil }
        defer { row.reset() }
        return try read(row)
    }
}

/// The rows of one asset in the file, and those of the layer of memory between it and what is folded into.
struct StoredRows: RowsBelow {
    let entry: AssetEntry
    let rows: CatalogRows

    func partition(_ name: ByteText) throws -> PartitionRecord? {
        let frozen = entry.frozen
        if let row = frozen?.rows.partitions[name] { return row }
        return frozen?.rows.isWhole == true ? nil : try rows.partition(name, of: entry.id)
    }

    func check(_ name: CheckName) throws -> CheckRecord? {
        let frozen = entry.frozen
        if let row = frozen?.rows.checks[name] { return row }
        return frozen?.rows.isWhole == true ? nil : try rows.check(name, of: entry.id)
    }

    func day(_ day: Int64) throws -> DayRecord? {
        let frozen = entry.frozen
        if let row = frozen?.rows.days[day] { return row }
        return frozen?.rows.isWhole == true ? nil : try rows.day(day, of: entry.id)
    }
}

// How the file has a part: all results together apart from the others, and of those the ones without a partition first.
extension CheckName.Part {
    static let overallLevel: Int64 = 0
    static let otherLevel: Int64 = 1

    var level: Int64 { self == .overall ? Self.overallLevel : Self.otherLevel }

    var text: String {
        switch self {
        case .overall, .wholeAsset: ""
        case .partition(let partition): ":" + partition.text
        }
    }

    init(level: Int64, text: String) {
        if level == Self.overallLevel {
            self = .overall
        } else {
            self = text.isEmpty ? .wholeAsset : .partition(ByteText(String(text.unicodeScalars.dropFirst())))
        }
    }
}
#endif
