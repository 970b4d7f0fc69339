public import AssetlogCore

/// How the names of datasets become asset keys: by the first rule that matches, or else as is usual for the namespace.
///
/// Without a rule, the scheme of the namespace decides: tables of warehouses are split at their dots; files and objects at their
/// slashes, after the name of their bucket, unless they are known as a table as well; topics are one part; everything else is split
/// at slashes as our exporter writes it.
public struct DatasetKeys: Hashable, Sendable {
    /// The rules, in their order.
    public var rules: [DatasetKeyRule]

    /// Makes keys.
    public init(rules: [DatasetKeyRule] = []) {
        self.rules = rules
    }

    /// The asset of a dataset.
    ///
    /// - Throws: ``NamingError`` when the name gives no key: it is empty, longer than 2,048 bytes, or has a NUL character.
    public func key(of dataset: DatasetName, symlinks: [DatasetSymlink] = []) throws(NamingError) -> AssetKey {
        let parts = parts(of: dataset, symlinks)
        guard !parts.isEmpty else { throw NamingError("has an empty name") }
        guard parts.reduce(0, { $0 + $1.utf8.count }) <= Self.maximumBytes else {
            throw NamingError("has a name of more than \(Self.maximumBytes) bytes")
        }
        guard !parts.contains(where: { $0.utf8.contains(0) }) else { throw NamingError("has a name with a NUL character") }
        return AssetKey(parts)
    }

    /// The most bytes of all parts of a key.
    static let maximumBytes = 2048

    private func parts(of dataset: DatasetName, _ symlinks: [DatasetSymlink]) -> [String] {
        for rule in rules where rule.matches(dataset) {
            switch rule.action {
            case .parts(let parts): return parts.parts(of: dataset)
            case .standard: return standardParts(of: dataset, symlinks)
            case .symlink(let type):
                if let other = symlinks.first(where: { $0.isOf(type) }) { return parts(ofOther: other.name) }
            }
        }
        return standardParts(of: dataset, symlinks)
    }

    private func standardParts(of dataset: DatasetName, _ symlinks: [DatasetSymlink]) -> [String] {
        let usual = UsualNames.parts(of: dataset.namespace)
        if usual.isPath, let table = symlinks.first(where: { $0.isOf("TABLE") }) { return parts(ofOther: table.name) }
        return usual.parts.parts(of: dataset)
    }

    // A table that is named in a path, as Iceberg and Delta do it, has dots there as well.
    private func parts(ofOther name: DatasetName) -> [String] {
        for rule in rules where rule.matches(name) {
            if case .parts(let parts) = rule.action { return parts.parts(of: name) }
            if case .standard = rule.action { break }
        }
        let usual = UsualNames.parts(of: name.namespace)
        return (usual.isPath ? UsualNames.dots : usual.parts).parts(of: name)
    }
}

extension DatasetSymlink {
    fileprivate func isOf(_ type: String) -> Bool { self.type.uppercased() == type.uppercased() }
}

/// How names are split where no rule says it, by the schemes of OpenLineage's naming conventions.
enum UsualNames {
    static let dots = NameParts(.split(at: [UInt8(ascii: ".")], from: 1, into: NameParts.maximumParts))
    private static let slashes = NameParts.Form.split(at: [UInt8(ascii: "/")], from: 1, into: NameParts.maximumParts)

    /// Namespaces of tables, whose names have dots.
    static let tables: Set<String> = [
        "awsathena", "bigquery", "cassandra", "clickhouse", "cockroachdb", "crate", "databricks", "db2", "doris", "dremio", "druid",
        "duckdb", "exasol", "greenplum", "hive", "hive2", "impala", "mariadb", "mongodb", "mssql", "mysql", "netezza", "oceanbase",
        "oracle", "postgres", "postgresql", "presto", "redshift", "saphana", "singlestore", "snowflake", "spanner", "sqlite",
        "sqlserver", "starrocks", "synapse", "teradata", "trino", "unity", "unitycatalog", "vertica",
    ]
    /// Namespaces of objects, with a bucket or container that is a part of the key.
    static let buckets: Set<String> = [
        "abfs", "abfss", "az", "cos", "cosn", "gcs", "gs", "obs", "oci", "oss", "r2", "s3", "s3a", "s3n", "wasb", "wasbs",
    ]
    /// Namespaces of files.
    static let files: Set<String> = ["adl", "alluxio", "dbfs", "file", "hdfs", "local", "viewfs", "webhdfs"]
    /// Namespaces of topics and queues, whose names are one part.
    static let topics: Set<String> = ["amqp", "eventhubs", "kafka", "kinesis", "nats", "pubsub", "pulsar", "rabbitmq", "sqs"]

    /// How names of a namespace are split, and whether they are paths of files or objects.
    static func parts(of namespace: String) -> (parts: NameParts, isPath: Bool) {
        let scheme = NamespaceParts.scheme(namespace)
        if tables.contains(scheme) { return (dots, false) }
        if buckets.contains(scheme) { return (NameParts(prefixes: [.bucket], slashes), true) }
        if files.contains(scheme) || namespace.utf8.first == UInt8(ascii: "/") { return (NameParts(slashes), true) }
        if topics.contains(scheme) { return (NameParts(.whole), false) }
        // dlt names its destinations: dlt.destinations.duckdb://duckdb. Those on files are named like tables as well.
        if scheme.hasPrefix("dlt.destinations.") { return (dots, false) }
        // AWS Glue: table/DATABASE/TABLE.
        if namespace.hasPrefix("arn:aws") && namespace.contains(":glue:") {
            return (NameParts(.split(at: [UInt8(ascii: "/")], from: 2, into: NameParts.maximumParts)), false)
        }
        return (NameParts(.key), false)
    }
}
