/// Everything that a configuration is made from, already read. Checking it touches nothing else.
struct ConfigurationInput: Sendable {
    /// A configuration file.
    struct File: Sendable {
        /// The path as the operator gave it, for messages.
        var name: String
        /// The directory that its relative paths are taken from; an absolute path.
        var directory: String
        var text: String
    }

    /// A value that was given on the command line.
    struct Flag: Sendable {
        /// The key with its sections: `server.listen`.
        var key: String
        var value: String
        /// The flag, for messages: `--listen`.
        var flag: String
    }

    var file: File?
    /// The environment of the process; only variables that start with `ASSETLOG_` count.
    var environment: [String: String] = [:]
    /// Where one key is given twice, the last counts.
    var flags: [Flag] = []
    /// What relative paths of flags, variables and defaults are taken from; an absolute path.
    var workingDirectory: String

    /// The variables with a meaning of their own, which are no keys.
    static let reservedVariables: Set = [
        "ASSETLOG_CONFIG", "ASSETLOG_URL", "ASSETLOG_TOKEN", "ASSETLOG_CA_FILE", "ASSETLOG_SPOOL",
    ]
}
