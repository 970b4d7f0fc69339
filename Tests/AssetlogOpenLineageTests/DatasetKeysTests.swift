import AssetlogCore
import AssetlogOpenLineage
import Testing

struct DatasetKeysTests {
    private func key(
        _ namespace: String, _ name: String, rules: [String] = [], symlinks: [DatasetSymlink] = []
    ) throws -> [String] {
        let keys = DatasetKeys(rules: try rules.map { try DatasetKeyRule($0) })
        return try keys.key(of: DatasetName(namespace: namespace, name: name), symlinks: symlinks).parts
    }

    @Test(
        "without a rule, the scheme of the namespace decides",
        arguments: [
            ("postgres://db:5432", "shop.public.orders", ["shop", "public", "orders"]),
            ("POSTGRES://db", "a..b.", ["a", "b"]),
            ("mysql://db:3306", "shop.orders", ["shop", "orders"]),
            ("bigquery", "project.data.orders", ["project", "data", "orders"]),
            ("snowflake://org-account", "DB.PUBLIC.ORDERS", ["DB", "PUBLIC", "ORDERS"]),
            ("redshift://cluster.eu:5439", "dev.public.orders", ["dev", "public", "orders"]),
            ("duckdb:///tmp/shop.duckdb", "shop.main.orders", ["shop", "main", "orders"]),
            ("trino://host:8080", "hive.sales.orders", ["hive", "sales", "orders"]),
            ("hive://metastore:9083", "sales.orders", ["sales", "orders"]),
            ("dlt.destinations.duckdb://duckdb", "raw.users", ["raw", "users"]),
            ("arn:aws:glue:eu-west-1:123", "table/sales/orders", ["sales", "orders"]),
            ("s3://lake", "raw/orders/", ["lake", "raw", "orders"]),
            ("s3a://lake", "/raw/a b%20c", ["lake", "raw", "a b%20c"]),
            ("gs://lake", "orders.parquet", ["lake", "orders.parquet"]),
            ("abfss://data@account.dfs.core.windows.net", "raw/orders", ["data", "raw", "orders"]),
            ("hdfs://namenode:8020", "/user/orders", ["user", "orders"]),
            ("file", "/data/orders.csv", ["data", "orders.csv"]),
            ("/tmp/warehouse", "orders", ["orders"]),
            ("kafka://broker:9092", "shop.orders.v1", ["shop.orders.v1"]),
            ("dagster", "warehouse/a%2Fb", ["warehouse", "a/b"]),
            ("something://else", "/a//b.c", ["a", "b.c"]),
            ("", "orders", ["orders"]),
        ])
    func usual(namespace: String, name: String, expected: [String]) throws {
        #expect(try key(namespace, name) == expected)
    }

    @Test("a file or object that is a table has the name of the table")
    func tables() throws {
        let table = DatasetSymlink(DatasetName(namespace: "hive://metastore:9083", name: "sales.orders"), type: "TABLE")
        let iceberg = DatasetSymlink(DatasetName(namespace: "s3://lake/warehouse", name: "sales.orders"), type: "table")
        let location = DatasetSymlink(DatasetName(namespace: "s3://lake", name: "raw/orders"), type: "LOCATION")
        #expect(try key("s3://lake", "raw/orders", symlinks: [location, table]) == ["sales", "orders"])
        #expect(try key("file", "/warehouse/orders", symlinks: [iceberg]) == ["sales", "orders"])
        #expect(try key("s3://lake", "raw/orders", symlinks: [location]) == ["lake", "raw", "orders"])
        #expect(try key("hive://metastore:9083", "sales.orders", symlinks: [location]) == ["sales", "orders"])
    }

    private static let rules = [
        "postgres://legacy:5432 -> whole", "postgres://** named tmp.* -> scratch + whole", "postgres://** -> {host} + split . into 3",
        "snowflake://* -> {scheme}/dwh + split ./ from 2", "s3://own named raw/** -> {bucket} + split /", "s3://own -> symlink LOCATION",
        "s3://** -> default", "app -> {namespace} + key", "kafka://** -> split .-", "x -> y -> whole",
    ]

    @Test(
        "the first rule that matches counts",
        arguments: [
            ("postgres://legacy:5432", "a.b.c", ["a.b.c"]),
            ("postgres://db:5432", "tmp.x", ["scratch", "tmp.x"]),
            ("postgres://db:5432", "a.b.c.d", ["db", "a", "b", "c.d"]),
            ("snowflake://acme", "DB.S/T", ["snowflake", "dwh", "S", "T"]),
            ("s3://own", "raw/orders", ["own", "raw", "orders"]),
            ("s3://own", "else/orders", ["sales", "orders"]),
            ("s3://other", "else/orders", ["other", "else", "orders"]),
            ("app", "a/b%2Fc", ["app", "a", "b/c"]),
            ("kafka://b", "shop.orders-v1", ["shop", "orders", "v1"]),
        ])
    func rules(namespace: String, name: String, expected: [String]) throws {
        let location = DatasetSymlink(DatasetName(namespace: "gs://moved", name: "sales.orders"), type: "LOCATION")
        let symlinks = namespace == "s3://own" ? [location] : []
        #expect(try key(namespace, name, rules: Self.rules, symlinks: symlinks) == expected)
    }

    @Test("names of our exporter give the same key again")
    func ownNames() throws {
        let pieces = ["", "%", "/", "%2F", "%00", ".", " ", "\n", "é", "e\u{301}", "a"]
        var generator = SystemRandomNumberGenerator()
        for _ in 1...1_000 {
            let parts = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            }
            let name = DatasetName(namespace: "dagster", assetKey: AssetKey(parts))
            #expect(try DatasetKeys().key(of: name) == AssetKey(parts), "\(parts) was named \(name.name)")
        }
    }

    @Test(
        "a name that gives no key says why",
        arguments: [
            ("s3://lake", "", "has an empty name"), ("postgres://db", "...", "has an empty name"), ("app", "///", "has an empty name"),
            ("kafka://b", "a\0b", "a NUL character"), ("kafka://b", String(repeating: "x", count: 2049), "more than 2048 bytes"),
        ])
    func problems(namespace: String, name: String, problem: String) {
        #expect {
            _ = try key(namespace, name)
        } throws: { "\($0)".contains(problem) }
    }

    @Test(
        "a rule that can't be used is refused with the reason",
        arguments: [
            ("postgres://**", "has no arrow"), (" -> whole", "has the pattern \"\""), ("a named  -> whole", "has the pattern \"\""),
            ("a -> ", "that must be split"), ("a -> whole part", "that must be split"), ("a -> split", "that must be split"),
            ("a -> split é", "characters of ASCII"), ("a -> split . into", "a number from 1"), ("a -> split . into 0", "a number from 1"),
            ("a -> split . from 99999999999999999999", "a number from 1"), ("a -> split . by 2", "only from and into"),
            ("a -> {team} + whole", "only {scheme}"), ("a -> x//y + whole", "an empty part"), ("a -> + whole", "that must be split"),
            ("a -> symlink", "one type"), ("a -> symlink A B", "one type"), ("a -> defaults", "that must be split"),
        ])
    func refusals(rule: String, problem: String) {
        #expect {
            _ = try DatasetKeyRule(rule)
        } throws: { "\($0)".contains(problem) }
    }
}
