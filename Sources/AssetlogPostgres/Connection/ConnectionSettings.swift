#if Postgres
public import AssetlogCore
internal import Foundation

/// Where the database is, and how connections to it behave.
public struct ConnectionSettings: Sendable {
    /// A connection string of libpq, `postgresql://…` or `host=… dbname=…`; it may hold a password.
    public var url: Secret
    /// The password by itself; it wins over one in the connection string.
    public var password: Secret?
    /// A file whose first line is the password, read at every connect, so that it may be rotated.
    public var passwordFile: String?
    /// How long a connect or a statement may take.
    public var timeout: Duration
    /// Whether a server that does not wait for its disk (`synchronous_commit = off`) is accepted.
    public var allowsAsynchronousCommit = false

    /// Makes settings.
    public init(
        url: Secret, password: Secret? = nil, passwordFile: String? = nil, timeout: Duration,
        allowsAsynchronousCommit: Bool = false
    ) {
        self.url = url
        self.password = password
        self.passwordFile = passwordFile
        self.timeout = timeout
        self.allowsAsynchronousCommit = allowsAsynchronousCommit
    }

    /// The parameters of a connect, in the order in which libpq reads them: a later one wins.
    ///
    /// - Parameter time: How long the connect to each host may take; from 2 to 5 seconds are used, and whole ones.
    func parameters(within time: Duration) throws -> [(name: String, value: String)] {
        var parameters = [
            // Only what the operator did not say: a primary among several hosts, and an end to silent connections.
            ("target_session_attrs", "read-write"), ("connect_timeout", "\(Self.connectSeconds(time))"),
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("application_name", "assetlog"),
            ("dbname", url.revealed),
        ]
        if let password = try currentPassword() { parameters.append(("password", password.revealed)) }
        parameters.append(("client_encoding", "UTF8"))
        return parameters
    }

    // libpq takes whole seconds, at least 2, for each host.
    private static func connectSeconds(_ time: Duration) -> Int { max(2, min(Int(time.components.seconds), 5)) }

    private func currentPassword() throws -> Secret? {
        guard let passwordFile else { return password }
        guard let data = FileManager.default.contents(atPath: passwordFile),
            let line = String(data: data, encoding: .utf8)?.split(whereSeparator: \.isNewline).first
        else {
            throw PasswordFileError(path: passwordFile)
        }
        return Secret(String(line))
    }
}

/// The password of a database can't be read.
public struct PasswordFileError: Error, CustomStringConvertible {
    /// The file.
    public var path: String

    /// What was wrong and what to do, as a sentence.
    public var description: String {
        "The PostgreSQL password can't be read from \(path). Put it on the first line of that file."
    }
}
#endif
