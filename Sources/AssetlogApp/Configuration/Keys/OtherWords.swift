import AssetlogCore

/// Words of other programs for keys and values of this one.
enum OtherWords {
    private static let values: [String: [String: String]] = [
        LogKeys.level.path: [
            "warn": "warning", "err": "error", "fatal": "critical", "crit": "critical", "information": "info", "verbose": "debug",
        ],
        TLSKeys.minimumVersion.path: [
            "tls1.2": "1.2", "tlsv1.2": "1.2", "tls1.3": "1.3", "tlsv1.3": "1.3", "tlsv1_2": "1.2", "tlsv1_3": "1.3",
        ],
        TLSKeys.clientCertificates.path: ["require": "required", "mandatory": "required", "off": "none", "false": "none"],
    ]

    private static let names: [(path: String, names: [String])] = [
        (ListenerKeys.listen.path, ["port", "host", "address", "bind", "listen_address", "addr"]),
        (ListenerKeys.eventLoops.path, ["threads", "workers"]),
        (ListenerKeys.pathPrefix.path, ["prefix", "base_path", "root_path"]),
        (ListenerKeys.readOnly.path, ["readonly"]),
        (ListenerKeys.hosts.path, ["allowed_hosts", "server_name"]),
        (ListenerKeys.data.path, ["data_dir", "datadir", "data_folder", "data_path"]),
        (TLSKeys.certificate.path, ["cert", "crt", "cert_file", "certfile", "ssl_cert"]),
        (TLSKeys.key.path, ["keyfile", "key_file", "private_key", "ssl_key"]),
        (TLSKeys.clientAuthorities.path, ["ca", "ca_file"]),
        (TLSKeys.minimumVersion.path, ["min_version"]),
        (LimitKeys.bodyBytes.path, ["max_body_size"]),
        (LimitKeys.connections.path, ["max_connections"]),
        (LogKeys.level.path, ["log_level", "loglevel", "verbosity"]),
        (LogKeys.access.path, ["access_log"]),
        (LogKeys.audit.path, ["audit_log"]),
        (AuthKeys.tokensFile.path, ["tokens_path"]),
        (ServerKeys.storageType.path, ["backend", "engine"]),
        ("storage.postgres.url", ["dsn", "database_url"]),
    ]

    /// The keys that other programs call so, by the last part of a name.
    static let keys = Dictionary(
        names.flatMap { path, names in names.map { ($0, path) } }, uniquingKeysWith: { first, _ in first })

    /// Replaces words of other programs by this program's.
    static func replace(in written: inout WrittenValues) {
        for (path, words) in values {
            guard let text = written[path]?.texts.first, let word = words[text.lowercased()] else { continue }
            written[path]?.texts = [word]
        }
    }
}
