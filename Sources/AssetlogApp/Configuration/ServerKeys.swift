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
            ConfigurationKey(
                "allow_insecure", .boolean, default: "false",
                "Lets the server listen beyond loopback without TLS or without tokens."),
            ConfigurationKey(
                "hosts", .list, default: "",
                "Further names and addresses of this server, for requests without a token; loopback's need not be listed."),
            ConfigurationKey(
                "trusted_proxies", .list, default: "",
                "Addresses and networks of proxies whose X-Forwarded-For, X-Forwarded-Proto and Forwarded are believed."),
            ConfigurationKey(
                "proxy_protocol", .boolean, default: "false",
                "Every connection of a trusted proxy begins with a PROXY header, version 1 or 2, that names its client."),
        ] + tls + limits)

    private static let tls = [
        ConfigurationKey("tls.certificate", .path, "The certificate and its chain, PEM; without it: plain HTTP."),
        ConfigurationKey("tls.key", .path, "The certificate's private key, PEM."),
        ConfigurationKey(
            "tls.more_certificates", .path,
            "A folder of further certificates, NAME.pem with NAME.key, chosen by the name that a client asks for (SNI)."),
        ConfigurationKey(
            "tls.client_certificates", .choice(["none", "optional", "required"]), default: "none",
            "Whether clients show a certificate of their own; tokens say which one stands for them."),
        ConfigurationKey("tls.client_ca", .path, "The authorities that client certificates are checked with, PEM."),
        ConfigurationKey(
            "tls.minimum_version", .choice(["1.2", "1.3"]), default: "1.2", "The oldest version of TLS that is spoken."),
        ConfigurationKey("tls.ciphers", .text, "The ciphers of TLS 1.2, in OpenSSL's form; without it: today's good ones."),
        ConfigurationKey("tls.ciphersuites", .text, "The cipher suites of TLS 1.3, in OpenSSL's form."),
        ConfigurationKey("tls.groups", .text, "The groups of the key exchange, in OpenSSL's form, the preferred first."),
        ConfigurationKey("tls.ocsp_response", .path, "A file with the OCSP response to staple, DER."),
    ]

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
            "limits.memory_bytes", .bytes, default: "256MiB",
            "The most bytes that connections, requests, answers and the queue take together; more: 503."),
        ConfigurationKey(
            "limits.buffered_body_bytes", .bytes, default: "128MiB",
            "The share of requests: heads and bodies, and what they become, of all connections together; more: 503."),
        ConfigurationKey(
            "limits.answer_bytes", .bytes, default: "64MiB",
            "The share of answers that clients have not read yet, of all connections together; more: 503."),
        ConfigurationKey(
            "limits.connections", .integer, default: "10000", "The most connections; one more is closed at once."),
        ConfigurationKey(
            "limits.connections_per_address", .integer,
            "The most connections from one address; one more is closed at once. 0: no limit; without it 1024,"
                + " and no limit on loopback."),
        ConfigurationKey(
            "limits.address_rate", .integer, default: "0",
            "The most requests per second from one address; more: 429. 0: no limit."),
        ConfigurationKey(
            "limits.address_burst", .integer, default: "0",
            "How many requests of an address may come at once before its rate counts; 0: as many as in one second."),
        ConfigurationKey(
            "limits.token_rate", .integer, default: "0",
            "The most requests per second with one token; more: 429. 0: no limit."),
        ConfigurationKey(
            "limits.token_burst", .integer, default: "0",
            "How many requests with a token may come at once before its rate counts; 0: as many as in one second."),
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
            ConfigurationKey(
                "access", .path, "A file that gets a line for each request; /dev/stderr writes it beside the messages."),
            ConfigurationKey(
                "audit", .path,
                "A file that gets a line for each change of tokens and certificates and each refusal; without it they are"
                    + " messages."),
        ])

    static let auth = Section(
        name: "auth", summary: "Who may report and read.",
        keys: [
            ConfigurationKey(
                "required", .boolean,
                "Asks every request but the probes for a token; without it true, and false on loopback."),
            ConfigurationKey(
                "tokens_file", .path, "A file of further tokens, YAML, that is read again when it changes."),
            ConfigurationKey("tokens", .secret, "Further tokens, as the text of such a file; for ASSETLOG_AUTH_TOKENS."),
        ])

    static let deployments = Section(
        name: "deployments", summary: "Names that may stand before a route: /prod/report_asset_materialization/...",
        keys: [
            ConfigurationKey("declared", .list, default: "", "The deployments that reports may name."),
            ConfigurationKey(
                "create_on_first_use", .boolean, default: "false",
                "Accepts names that were not declared."),
            ConfigurationKey(
                "organization_domain", .text,
                "The domain below which hosts name organizations: ORGANIZATION.example.com; without it there are none."),
            ConfigurationKey(
                "organizations", .list, default: "", "The organizations; each has the deployments for itself."),
        ])

    static let report = Section(
        name: "report", summary: "What a report may say.",
        keys: [
            ConfigurationKey(
                "extensions", .boolean, default: "false",
                "Takes timestamp, tags, typed metadata and more of checks on the report endpoints, where Dagster ignores them.")
        ])

    /// `storage.type`, beside the sections of the plugins.
    static let storageType = ConfigurationKey(
        "type", .text, default: "sqlite", "Where the log is kept: a name that `assetlog plugins` lists.")

    /// `exporters.NAME.type`, beside the keys of the plugin.
    static let exporterType = ConfigurationKey(
        "type", .text, required: true, "What kind of exporter this is: a name that `assetlog plugins` lists.")

    // MARK: Other words

    /// Words of other programs for the words of a choice.
    private static let synonyms: [String: [String: String]] = [
        "log.level": [
            "warn": "warning", "err": "error", "fatal": "critical", "crit": "critical", "information": "info", "verbose": "debug",
        ],
        "server.tls.minimum_version": [
            "tls1.2": "1.2", "tlsv1.2": "1.2", "tls1.3": "1.3", "tlsv1.3": "1.3", "tlsv1_2": "1.2", "tlsv1_3": "1.3",
        ],
        "server.tls.client_certificates": ["require": "required", "mandatory": "required", "off": "none", "false": "none"],
    ]

    /// Puts this program's words where others stand.
    static func replaceSynonyms(_ values: inout WrittenValues) {
        for (path, words) in synonyms {
            guard let text = values[path]?.texts.first, let word = words[text.lowercased()] else { continue }
            values[path]?.texts = [word]
        }
    }

    /// Names of other programs for keys, by their last part.
    static let otherNames: [String: String] = [
        "port": "server.listen", "host": "server.listen", "address": "server.listen", "bind": "server.listen",
        "listen_address": "server.listen", "addr": "server.listen", "threads": "server.event_loops", "workers": "server.event_loops",
        "prefix": "server.path_prefix", "base_path": "server.path_prefix", "root_path": "server.path_prefix",
        "readonly": "server.read_only", "allowed_hosts": "server.hosts", "server_name": "server.hosts",
        "data_dir": "server.data", "datadir": "server.data", "data_folder": "server.data", "data_path": "server.data",
        "cert": "server.tls.certificate", "crt": "server.tls.certificate", "cert_file": "server.tls.certificate",
        "certfile": "server.tls.certificate", "ssl_cert": "server.tls.certificate", "keyfile": "server.tls.key",
        "key_file": "server.tls.key", "private_key": "server.tls.key", "ssl_key": "server.tls.key", "ca": "server.tls.client_ca",
        "ca_file": "server.tls.client_ca", "min_version": "server.tls.minimum_version", "max_body_size": "server.limits.body_bytes",
        "max_connections": "server.limits.connections", "log_level": "log.level", "loglevel": "log.level", "verbosity": "log.level",
        "access_log": "log.access", "audit_log": "log.audit", "backend": "storage.type", "engine": "storage.type",
        "dsn": "storage.postgres.url", "database_url": "storage.postgres.url", "tokens_path": "auth.tokens_file",
    ]
}
