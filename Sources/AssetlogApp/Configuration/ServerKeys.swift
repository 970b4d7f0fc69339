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
                "The address and port to listen on; with port 0 the operating system picks one."),
            ConfigurationKey(
                "data", .path, default: "./assetlog-data",
                "The directory of the server's data; only one server at a time can use it."),
            ConfigurationKey(
                "path_prefix", .text, default: "", "A path that comes before every route, such as /dagster."),
            ConfigurationKey("read_only", .boolean, default: "false", "Refuses every report with 401."),
            ConfigurationKey(
                "event_loops", .integer, default: "0", "How many threads serve connections; 0: one per core."),
            ConfigurationKey(
                "shutdown_delay", .duration, default: "0s",
                "How long to keep accepting requests after SIGTERM, with /readyz at 503, so that a load balancer notices."),
            ConfigurationKey(
                "shutdown_grace", .duration, default: "30s",
                "How long requests may take to finish after SIGTERM before their connections are closed."),
            ConfigurationKey(
                "allow_insecure", .boolean, default: "false",
                "Allows listening beyond loopback without TLS or without tokens."),
            ConfigurationKey(
                "hosts", .list, default: "",
                "Names and addresses of this server that requests without a token may use, besides those of loopback."),
            ConfigurationKey(
                "trusted_proxies", .list, default: "",
                "Addresses and networks of proxies whose X-Forwarded-For, X-Forwarded-Proto and Forwarded are trusted."),
            ConfigurationKey(
                "proxy_protocol", .boolean, default: "false",
                "Expects a PROXY header, version 1 or 2, at the start of every connection from a trusted proxy."),
        ] + tls + limits)

    private static let tls = [
        ConfigurationKey("tls.certificate", .path, "The certificate and its chain, PEM; without it the server speaks plain HTTP."),
        ConfigurationKey("tls.key", .path, "The certificate's private key, PEM."),
        ConfigurationKey(
            "tls.more_certificates", .path,
            "A directory of additional certificates, NAME.pem with NAME.key, chosen by the name that a client asks for (SNI)."),
        ConfigurationKey(
            "tls.client_certificates", .choice(["none", "optional", "required"]), default: "none",
            "Whether clients present a certificate; a token can be bound to a name in it."),
        ConfigurationKey("tls.client_ca", .path, "The authorities that sign client certificates, PEM."),
        ConfigurationKey(
            "tls.minimum_version", .choice(["1.2", "1.3"]), default: "1.2", "The oldest TLS version to accept."),
        ConfigurationKey("tls.ciphers", .text, "The ciphers for TLS 1.2, in OpenSSL's format. Default: ECDHE with AES-GCM or ChaCha20."),
        ConfigurationKey("tls.ciphersuites", .text, "The cipher suites for TLS 1.3, in OpenSSL's format. Default: OpenSSL's own."),
        ConfigurationKey("tls.groups", .text, "The groups for the key exchange, in OpenSSL's format, preferred ones first."),
        ConfigurationKey("tls.ocsp_response", .path, "A file with the OCSP response to staple, DER."),
    ]

    private static let limits = [
        ConfigurationKey(
            "limits.header_bytes", .bytes, default: "128KiB", "The largest request line and headers; beyond it: 431."),
        ConfigurationKey("limits.target_bytes", .bytes, default: "65535", "The longest request target; beyond it: 414."),
        ConfigurationKey(
            "limits.body_bytes", .bytes, default: "8MiB", "The largest body of a report, decompressed; beyond it: 413."),
        ConfigurationKey(
            "limits.compression_ratio", .integer, default: "200",
            "How many times a body may grow when it is decompressed, beyond its first MiB; beyond it: 413."),
        ConfigurationKey(
            "limits.memory_bytes", .bytes, default: "256MiB",
            "The most memory for connections, requests, answers and the queue together; beyond it: 503."),
        ConfigurationKey(
            "limits.buffered_body_bytes", .bytes, default: "128MiB",
            "The share of it for requests until they are answered, over all connections; beyond it: 503."),
        ConfigurationKey(
            "limits.answer_bytes", .bytes, default: "64MiB",
            "The share of it for answers that clients have not read yet, over all connections; beyond it: 503."),
        ConfigurationKey(
            "limits.connections", .integer, default: "10000", "The most connections; further ones are closed at once."),
        ConfigurationKey(
            "limits.connections_per_address", .integer,
            "The most connections from one address; further ones are closed at once. 0: no limit. Default: 1024,"
                + " but no limit on loopback."),
        ConfigurationKey(
            "limits.address_rate", .integer, default: "0",
            "The most requests per second from one address; beyond it: 429. 0: no limit."),
        ConfigurationKey(
            "limits.address_burst", .integer, default: "0",
            "How many requests from one address may come at once; 0: as many as in one second."),
        ConfigurationKey(
            "limits.token_rate", .integer, default: "0",
            "The most requests per second with one token; beyond it: 429. 0: no limit."),
        ConfigurationKey(
            "limits.token_burst", .integer, default: "0",
            "How many requests with one token may come at once; 0: as many as in one second."),
        ConfigurationKey(
            "limits.handshake_timeout", .duration, default: "10s", "How long a TLS handshake may take."),
        ConfigurationKey(
            "limits.header_timeout", .duration, default: "15s", "How long the request line and headers may take."),
        ConfigurationKey(
            "limits.body_timeout", .duration, default: "30s",
            "How long a body may take, plus the time that body_bytes_per_second grants."),
        ConfigurationKey(
            "limits.body_bytes_per_second", .bytes, default: "16KiB", "The lowest rate at which a long body may arrive."),
        ConfigurationKey(
            "limits.idle_timeout", .duration, default: "75s", "How long a connection may wait for its next request."),
        ConfigurationKey(
            "limits.write_timeout", .duration, default: "30s", "How long a client may take to read an answer."),
        ConfigurationKey(
            "limits.queue_events", .integer, default: "65536",
            "The most events that wait for the storage; beyond it: 503 with Retry-After."),
        ConfigurationKey(
            "limits.queue_bytes", .bytes, default: "64MiB",
            "The most bytes of events that wait for the storage; beyond it: 503 with Retry-After."),
    ]

    static let log = Section(
        name: "log", summary: "Messages on standard error, the access log and the audit log.",
        keys: [
            ConfigurationKey(
                "level", .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
                default: "info", "The lowest level of messages to write."),
            ConfigurationKey(
                "format", .choice(["text", "json"]), default: "text", "Whether each message is a line of text or of JSON."),
            ConfigurationKey(
                "access", .path, "A file that gets a line for each request; /dev/stderr writes it next to the messages."),
            ConfigurationKey(
                "audit", .path,
                "A file that gets a line for each change of tokens and certificates and each refusal; without it, these are"
                    + " messages."),
        ])

    static let auth = Section(
        name: "auth", summary: "Who may report and read.",
        keys: [
            ConfigurationKey(
                "required", .boolean,
                "Requires a token for every request except the probes. Default: true, but false on loopback."),
            ConfigurationKey(
                "tokens_file", .path, "A file of tokens, YAML, that is reread when it changes."),
            ConfigurationKey("tokens", .secret, "Tokens, as the text of such a file; meant for ASSETLOG_AUTH_TOKENS."),
        ])

    static let deployments = Section(
        name: "deployments", summary: "Names that can come before a route: /prod/report_asset_materialization/...",
        keys: [
            ConfigurationKey("declared", .list, default: "", "The deployments that reports can name."),
            ConfigurationKey(
                "create_on_first_use", .boolean, default: "false",
                "Accepts names that are not declared."),
            ConfigurationKey(
                "organization_domain", .text,
                "The domain whose subdomains are organizations: ORGANIZATION.example.com. Default: no organizations."),
            ConfigurationKey(
                "organizations", .list, default: "", "The organizations; each has its own deployments."),
        ])

    static let report = Section(
        name: "report", summary: "What reports can contain.",
        keys: [
            ConfigurationKey(
                "extensions", .boolean, default: "false",
                "Accepts timestamp, tags, typed metadata and more about checks on the report endpoints, where Dagster ignores them.")
        ])

    /// `storage.type`, beside the sections of the plugins.
    static let storageType = ConfigurationKey(
        "type", .text, default: "sqlite", "The type of storage, as `assetlog plugins` lists.")

    /// `exporters.NAME.type`, beside the keys of the plugin.
    static let exporterType = ConfigurationKey(
        "type", .text, required: true, "The type of exporter, as `assetlog plugins` lists.")

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
