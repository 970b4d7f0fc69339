#if TLS
/// Clients that others have written, on the way to a server.
struct Clients {
    private let port: Int
    private let authority: String

    /// - Parameter authority: The file of what the clients trust.
    init(_ server: TestServer, authority: String) { (port, self.authority) = (server.port, authority) }

    /// `openssl s_client`, which orders the server to close, and stays until it does.
    func openssl(_ arguments: [String]) async throws -> (status: Int32, output: String) {
        try await Command.runDetached(
            ["openssl", "s_client", "-ign_eof", "-connect", "127.0.0.1:\(port)", "-CAfile", authority] + arguments,
            input: "close")
    }

    /// A script of Python's, with `ctx()` for a context and `open_()` for a connection.
    func python(_ script: String, seconds: Int = 180) async throws -> String {
        let prelude = """
            import ssl, socket, time, itertools, threading
            PORT = \(port)
            def ctx():
                return ssl.create_default_context(cafile='\(authority)')
            def open_(c=None, session=None, strict=False, name='localhost'):
                s = socket.create_connection(('127.0.0.1', PORT), timeout=100)
                return (c or ctx()).wrap_socket(
                    s, server_hostname=name, session=session, suppress_ragged_eofs=not strict)

            """
        return try await Command.runDetached(["/usr/bin/env", "python3", "-c", prelude + script], seconds: seconds).output
    }
}
#endif
