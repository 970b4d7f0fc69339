import AssetlogCore

/// Assets in every state, with partitions, checks, metadata, versions and lineage.
enum SampleHistory {
    static let orders = ["warehouse", "orders"]
    /// The asset that reports all there is to report.
    static let details = """
        {"description":"All orders.","data_version":"v2","tags":{"team":"core","tier":""},\
        "metadata":{"rows":{"type":"int","value":12},"note":{"type":"text","value":"fine"},\
        "columns":{"type":"table_schema","value":{"columns":[{"name":"id","type":"int"}]}},\
        "doc":{"type":"md","value":"# Orders\\n\\n* one"},"source":{"type":"asset","value":["raw","orders"]}},\
        "upstream":[["raw","orders"],["never","reported"]]}
        """

    static func events() -> [Event] {
        let hour: Int64 = 3600
        return [
            .reported(["raw", "orders"], ago: 90 * hour, by: "nightly", #"{"data_version":"v1"}"#),
            .reported(.observation, ["raw", "seen"], ago: 80 * hour, #"{"metadata":{"rows":{"type":"int","value":3}}}"#),
            .reported(
                orders, partition: "2026-11-01", ago: 70 * hour, #"{"data_version":"v1","metadata":{"rows":{"type":"int","value":10}}}"#),
            .reported(orders, partition: "2026-11-02", ago: 60 * hour, details),
            .reported(.materializationSkipped, orders, partition: "2026-11-05", ago: 50 * hour),
            .checked(orders, "fresh", passed: false, ago: 40 * hour), .checked(orders, "fresh", ago: 30 * hour),
            .checked(orders, "unique", ago: 30 * hour),
            .reported(["mart", "running"], ago: 89 * hour), .reported(.materializationStarted, ["mart", "running"], ago: 5 * hour),
            .reported(["mart", "late"], ago: 88 * hour), .checked(["mart", "late"], passed: false, ago: 4 * hour),
            .reported(["mart", "odd"], ago: 87 * hour), .checked(["mart", "odd"], passed: false, severity: "WARN", ago: 4 * hour),
            .failed(["mart", "broken"], "Disk full.\nAt line 5.", ago: 3 * hour),
        ]
    }

    /// The addresses of all pages over these events, without a prefix.
    static func targets(_ events: [Event]) -> [String] {
        let views = [
            "", "?view=plots", "?view=plots&by=partition", "?view=partitions", "?view=checks", "?view=checks&by=partition",
            "?view=versions", "?view=events",
        ]
        return ["/", "/assets", "/assets?q=o&prefix=warehouse&state=ok&tag=team&sort=key", "/status"]
            + views.map { "/asset/warehouse/orders\($0)" } + [
                "/asset/mart/broken", "/asset/raw/seen", "/asset?asset_key=%5B%22raw%22%2C%22seen%22%5D",
            ]
            + events.map { "/event/\($0.id)" }
    }

    /// Addresses that get an error.
    static let mistakes: [(target: String, status: Int)] = [
        ("/nothing", 404), ("/asset/never/reported", 404), ("/asset", 404), ("/assets/x", 404), ("/event/x", 400),
        ("/event/0193b0a0-0000-7000-8000-000000000000", 404), ("/event/at/0", 404), ("/event/at/99999", 404), ("/event/at/x", 404),
        ("/assets?sort=x", 400), ("/asset/mart/late?view=x", 400), ("/static/pages.css", 404),
        ("/nowhere/assets", 404),
    ]
}
