import AssetlogCore

/// The keys that the server itself declares; plugins declare theirs.
enum ServerKeys {
    /// A top-level section and its keys.
    struct Section: Sendable {
        var name: String
        var summary: String
        var keys: [ConfigurationKey]
    }

    /// Every section but `storage` and `exporters`, whose keys come from the plugins.
    static let sections = [server, log, auth, deployments, report]

    static let server = Section(
        name: "server", summary: "The listener and its limits.",
        keys: [
            ConfigurationKey(
                "listen", .text, default: "127.0.0.1:3000",
                "The address and the port to listen on; port 0 lets the operating system pick one."),
            ConfigurationKey(
                "data", .path, default: "./assetlog-data",
                "The folder that holds the server's data; one server at a time works on it."),
            ConfigurationKey(
                "path_prefix", .text, default: "", "The path under which every route lies, such as /dagster."),
            ConfigurationKey("read_only", .boolean, default: "false", "Refuses every report with 401."),
            ConfigurationKey(
                "event_loops", .integer, default: "0", "How many threads serve connections; 0: one for each core."),
            ConfigurationKey(
                "shutdown_delay", .duration, default: "0s",
                "How long requests are still taken after SIGTERM, with /readyz at 503, for a load balancer to notice."),
            ConfigurationKey(
                "shutdown_grace", .duration, default: "30s",
                "How long requests may take to finish after SIGTERM, before their connections are closed."),
            ConfigurationKey("tls.certificate", .path, "The certificate and its chain, PEM; without it: plain HTTP."),
            ConfigurationKey("tls.key", .path, "The certificate's private key, PEM."),
        ] + limits)

    private static let limits = [
        ConfigurationKey(
            "limits.header_bytes", .bytes, default: "128KiB", "The largest request line with headers; more: 431."),
        ConfigurationKey("limits.target_bytes", .bytes, default: "65535", "The longest request target; more: 414."),
        ConfigurationKey(
            "limits.body_bytes", .bytes, default: "8MiB", "The largest body of a report, decompressed; more: 413."),
        ConfigurationKey(
            "limits.compression_ratio", .integer, default: "200",
            "How many times larger than its compressed form a body may be, beyond its first MiB."),
        ConfigurationKey(
            "limits.buffered_body_bytes", .bytes, default: "256MiB",
            "The most bytes of bodies that are being read, of all connections together; more: 503."),
        ConfigurationKey(
            "limits.connections", .integer, default: "10000", "The most connections; one more is closed at once."),
        ConfigurationKey(
            "limits.handshake_timeout", .duration, default: "10s", "How long a TLS handshake may take."),
        ConfigurationKey(
            "limits.header_timeout", .duration, default: "15s", "How long a request line with headers may take."),
        ConfigurationKey(
            "limits.body_timeout", .duration, default: "30s",
            "How long a body may take, beyond the time that body_bytes_per_second grants it."),
        ConfigurationKey(
            "limits.body_bytes_per_second", .bytes, default: "16KiB", "The slowest pace at which a long body may come."),
        ConfigurationKey(
            "limits.idle_timeout", .duration, default: "75s", "How long a connection may wait for its next request."),
        ConfigurationKey(
            "limits.write_timeout", .duration, default: "30s", "How long a client may take to read an answer."),
        ConfigurationKey(
            "limits.queue_events", .integer, default: "65536",
            "The most events that wait for the storage; more: 503 with Retry-After."),
        ConfigurationKey(
            "limits.queue_bytes", .bytes, default: "64MiB",
            "The most bytes of events that wait for the storage; more: 503 with Retry-After."),
    ]

    static let log = Section(
        name: "log", summary: "What the server writes to standard error.",
        keys: [
            ConfigurationKey(
                "level", .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
                default: "info", "The least important messages that are written."),
            ConfigurationKey(
                "format", .choice(["text", "json"]), default: "text", "One line of text, or of JSON, for each message."),
        ])

    static let auth = Section(
        name: "auth", summary: "Who may report and read.",
        keys: [
            ConfigurationKey(
                "required", .boolean, default: "false", "Asks every request for a token; not in this release.")
        ])

    static let deployments = Section(
        name: "deployments", summary: "Names that may stand before a route: /prod/report_asset_materialization/...",
        keys: [
            ConfigurationKey("declared", .list, default: "", "The deployments that reports may name."),
            ConfigurationKey(
                "create_on_first_use", .boolean, default: "false",
                "Accepts names that were not declared; not in this release."),
        ])

    static let report = Section(
        name: "report", summary: "What a report may say.",
        keys: [
            ConfigurationKey(
                "extensions", .boolean, default: "false", "Parameters beyond those of Dagster; not in this release.")
        ])

    /// `storage.type`, beside the sections of the plugins.
    static let storageType = ConfigurationKey(
        "type", .text, default: "sqlite", "Where the log is kept: a name that `assetlog plugins` lists.")

    /// `exporters.NAME.type`, beside the keys of the plugin.
    static let exporterType = ConfigurationKey(
        "type", .text, required: true, "What kind of exporter this is: a name that `assetlog plugins` lists.")
}
