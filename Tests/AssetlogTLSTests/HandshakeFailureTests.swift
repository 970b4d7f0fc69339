#if TLS
import AssetlogTLS
import NIOConcurrencyHelpers
import NIOCore
import Testing

/// What a handshake that comes to nothing is counted as.
@Suite struct HandshakeFailureTests {
    @Test(
        "A handshake that comes to nothing is logged once, with its reason",
        arguments: [
            ("r = socket.create_connection(A); r.sendall(b'GET / HTTP/1.1\\r\\n\\r\\n'); r.recv(9)", .plainHTTP),
            ("r = socket.create_connection(A); r.recv(9)", .timeout),
            ("r = socket.create_connection(A); r.sendall(b'\\x16\\x03\\x01\\x00\\x04\\x09\\0\\0\\0'); r.recv(9)", .protocol),
            ("c = ctx(); c.set_alpn_protocols(['h2']); open_(c)", .protocol),
            ("open_(ssl.create_default_context())", .certificate),
            ("open_(name='unknown.test')", .certificate),
            ("r = socket.create_connection(A); r.close()", .closed),
            ("r = socket.create_connection(A); r.shutdown(socket.SHUT_WR); r.recv(9)", .closed),
            ("r = socket.create_connection(A); r.sendall(b'\\x16\\x03'); r.close()", .closed),
            ("r = socket.create_connection(A); r.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\\1\\0\\0\\0' * 2); r.close()", .closed),
        ] as [(String, TLSHandshakeFailure)])
    func reasons(_ script: String, _ expected: TLSHandshakeFailure) async throws {
        for halfClosure in [true, false] {
            let files = try Certificates()
            let server = try await TestServer(
                TLSConfiguration(
                    certificateFile: files.certificate, keyFile: files.key,
                    handshakeTimeout: expected == .timeout ? .milliseconds(100) : .seconds(120)), halfClosure: halfClosure)
            _ = try await Clients(server, authority: files.certificate).python("A = ('127.0.0.1', PORT)\n" + script)
            #expect(try await server.failures(1) == [expected])
            #expect(server.handshakes.withLockedValue { $0.isEmpty })
            try await server.stop()
        }
    }

    @Test("Failures have names that metrics may use, and errors of other kinds have none")
    func names() {
        #expect(
            TLSHandshakeFailure.allCases.map(\.rawValue) == ["plain_http", "timeout", "protocol", "certificate", "closed"])
        #expect(TLSError(.connection, "").handshakeFailure == nil)
    }
}
#endif
