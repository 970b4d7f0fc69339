#if TLS
import AssetlogTLS
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import Testing

/// The handler on a socket, against clients that others have written: openssl, curl and Python.
@Suite struct TLSClientTests {
    let files: Certificates

    init() throws { files = try Certificates() }

    private func configuration(timeout: TimeAmount = .seconds(120)) -> TLSConfiguration {
        TLSConfiguration(certificateFile: files.certificate, keyFile: files.key, handshakeTimeout: timeout)
    }

    private func client(_ server: TestServer, _ arguments: [String]) async throws -> (status: Int32, output: String) {
        try await Clients(server, authority: files.certificate).openssl(arguments)
    }

    @Test("TLS 1.2 and 1.3 are spoken, and the certificate verifies", arguments: ["1.2", "1.3"])
    func versions(_ version: String) async throws {
        let server = try await TestServer(configuration())
        let output = try await client(server, ["-tls" + version.replacingOccurrences(of: ".", with: "_")]).output
        #expect(output.contains("New, TLSv\(version), Cipher is"), "\(output)")
        #expect(output.contains("Verify return code: 0 (ok)"))
        #expect(output.contains("Compression: NONE"))
        #expect(server.handshakes.withLockedValue { $0.map(\.version) } == ["TLSv\(version)"])
        try await server.stop()
    }

    @Test("TLS 1.1 and ciphers without forward secrecy are refused by an alert, and reported")
    func refused() async throws {
        let server = try await TestServer(configuration())
        let old = try await client(server, ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        #expect(old.output.contains("alert protocol version"), "\(old.output)")
        let weak = try await client(server, ["-tls1_2", "-cipher", "AES128-SHA"])
        #expect(weak.output.contains("alert handshake failure"), "\(weak.output)")
        #expect(server.errors.withLockedValue { $0.map(\.code) } == [.handshake, .handshake])
        try await server.stop()
    }

    @Test(
        "ALPN selects HTTP/1.1, refuses what is no HTTP/1, and is not required",
        arguments: [
            ("http/1.1", "ALPN protocol: http/1.1"), ("h2,http/1.1", "ALPN protocol: http/1.1"),
            ("http/1.0", "ALPN protocol: http/1.0"), ("h2", "alert no application protocol"),
            ("", "No ALPN negotiated"),
        ])
    func applicationProtocol(_ offered: String, _ expected: String) async throws {
        let server = try await TestServer(configuration())
        let output = try await client(server, offered.isEmpty ? [] : ["-alpn", offered]).output
        #expect(output.contains(expected), "\(output)")
        try await server.stop()
    }

    @Test("Sessions resume by tickets", arguments: ["-tls1_2", "-tls1_3"])
    func resumption(_ version: String) async throws {
        let server = try await TestServer(configuration())
        let first = try await python(
            server,
            """
            c = ctx()
            c.\(version == "-tls1_2" ? "maximum" : "minimum")_version = ssl.TLSVersion.TLSv1_\(version.suffix(1))
            s = open_(c); s.sendall(b'x'); assert s.recv(1) == b'x'
            s2 = open_(c, session=s.session); s2.sendall(b'y'); assert s2.recv(1) == b'y'
            assert not s.session_reused and s2.session_reused
            print('resumed')
            """)
        #expect(first == "resumed\n")
        #expect(server.handshakes.withLockedValue { $0.map(\.isResumed) } == [false, true])
        try await server.stop()
    }

    @Test("curl speaks to it as it is, with the plain answer to plain HTTP", arguments: ["GET", "DELETE"])
    func plainHTTP(_ method: String) async throws {
        let server = try await TestServer(configuration())
        let (status, output) = try await Command.runDetached(
            [
                "curl", "-s", "-i", "-X", method, "http://127.0.0.1:\(server.port)/", "-d",
                String(repeating: "x", count: 100_000),
            ])
        #expect(status == 0)
        #expect(output.hasPrefix("HTTP/1.1 400 Bad Request\r\n"), "\(output)")
        #expect(output.contains("This port speaks HTTPS"))
        #expect(server.errors.withLockedValue { $0.map(\.code) } == [.plainHTTP])
        try await server.stop()
    }

    @Test("Megabytes come back in both directions at once, in records of any size", arguments: [true, false])
    func large(autoRead: Bool) async throws {
        let server = try await TestServer(configuration(), autoRead: autoRead)
        let output = try await python(
            server,
            """
            import os, threading
            data = os.urandom(3_000_000)
            s = open_()
            def send():
                i = 0
                for n in itertools.cycle([1, 100, 5000, 16384, 70000, 300000]):
                    if i >= len(data): break
                    s.sendall(data[i:i+n]); i += n
            t = threading.Thread(target=send); t.start()
            got = b''
            while len(got) < len(data):
                got += s.recv(65536)
            t.join(); assert got == data; print('same')
            """)
        #expect(output == "same\n")
        try await server.stop()
    }

    @Test("A client that is slow to read gets everything")
    func slowReader() async throws {
        let server = try await TestServer(configuration())
        let output = try await python(
            server,
            """
            import os
            data = os.urandom(200_000)
            s = open_(); total = b''
            for _ in range(5):
                s.sendall(data); time.sleep(0.05)
            while len(total) < 5 * len(data): total += s.recv(777)
            assert total == data * 5; print('same')
            """)
        #expect(output == "same\n")
        try await server.stop()
    }

    @Test("Bytes that come one by one are a connection like any other", arguments: [true, false])
    func dribble(autoRead: Bool) async throws {
        let server = try await TestServer(configuration(), autoRead: autoRead)
        let output = try await python(
            server,
            """
            raw = socket.create_connection(('127.0.0.1', PORT)); raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            i, o = ssl.MemoryBIO(), ssl.MemoryBIO()
            t = ctx().wrap_bio(i, o, server_hostname='localhost')
            def pump(f):
                while True:
                    try: r = f()
                    except ssl.SSLWantReadError: r = None
                    for b in o.read(): raw.sendall(bytes([b]))
                    if r is not None: return r
                    i.write(raw.recv(1))
            pump(lambda: t.do_handshake() or True)
            t.write(b'hello'); assert pump(lambda: t.read(5)) == b'hello'; print('hello')
            """)
        #expect(output == "hello\n")
        try await server.stop()
    }

    @Test(
        "The server's close ends with close_notify; the client's is answered by what is left to say",
        arguments: [true, false])
    func orderlyClose(autoRead: Bool) async throws {
        let server = try await TestServer(configuration(), autoRead: autoRead)
        let output = try await python(
            server,
            """
            s = open_(strict=True); s.sendall(b'close'); assert s.recv(10) == b''; print('server closed')
            s = open_(strict=True); s.sendall(b'half'); assert s.recv(10) == b''
            s.unwrap(); print('half')
            raw = socket.create_connection(('127.0.0.1', PORT)); i, o = ssl.MemoryBIO(), ssl.MemoryBIO()
            t = ctx().wrap_bio(i, o, server_hostname='localhost')
            def pump(f):
                while True:
                    try: r = f()
                    except ssl.SSLWantReadError: r = None
                    raw.sendall(o.read())
                    if r is not None: return r
                    i.write(raw.recv(65536))
            pump(lambda: t.do_handshake() or True)
            try: t.unwrap()
            except ssl.SSLWantReadError: pass
            except ssl.SSLError as e: print(e)
            raw.sendall(o.read())
            n = b''
            while True:
                b = raw.recv(65536)
                if not b: break
                n += b
            print('answered', len(n) > 30)
            """)
        #expect(output == "server closed\nhalf\nanswered True\n")
        #expect(server.errors.withLockedValue { $0 }.isEmpty)
        // Where the server had ended its direction, the connection is at its end, and no event of its own tells so.
        #expect(server.endings.withLockedValue { $0 } == 1)
        try await server.stop()
    }

    @Test("Without half-closure the client's close_notify closes the connection, orderly")
    func noHalfClosure() async throws {
        let server = try await TestServer(configuration(), halfClosure: false)
        let output = try await python(
            server, "s = open_(strict=True); s.sendall(b'x'); s.recv(1); s.unwrap().close(); print('closed')")
        #expect(output == "closed\n")
        #expect(server.endings.withLockedValue { $0 } == 0)
        try await server.stop()
    }

    @Test("The end of TCP without close_notify is an end of the input")
    func truncation() async throws {
        let server = try await TestServer(configuration())
        let output = try await python(
            server,
            "s = open_(strict=True); s.sendall(b'x'); s.recv(1); socket.socket.shutdown(s, socket.SHUT_WR)\n"
                + "print(s.recv(10), s.recv(10))")
        #expect(output == "b'bye' b''\n")
        #expect(server.endings.withLockedValue { $0 } == 1)
        #expect(server.errors.withLockedValue { $0 }.isEmpty)
        try await server.stop()
    }

    @Test("A client that is silent in the handshake is cut at the deadline", arguments: ["", "\\x16\\x03\\x01"])
    func deadline(_ bytes: String) async throws {
        let server = try await TestServer(configuration(timeout: .milliseconds(300)))
        let output = try await python(
            server,
            """
            t = time.time(); r = socket.create_connection(('127.0.0.1', PORT)); r.sendall(b'\(bytes)')
            assert r.recv(10) == b''; print(0.3 < time.time() - t < 100)
            """)
        #expect(output == "True\n")
        #expect(server.errors.withLockedValue { $0.map(\.code) } == [.handshakeTimeout])
        try await server.stop()
    }

    @Test("The deadline ends with the handshake")
    func noDeadlineAfterwards() async throws {
        // Longer than a handshake takes on a loaded machine.
        let server = try await TestServer(configuration(timeout: .seconds(6)))
        let output = try await python(
            server, "s = open_(); time.sleep(7); s.sendall(b'x'); print(s.recv(1))")
        #expect(output == "b'x'\n")
        try await server.stop()
    }

    @Test(
        "Bytes that are no TLS end the connection, and only that",
        arguments: ["b'\\0' * 500", "b'\\x16\\x03\\x01\\xff\\xff' * 99", "b'\\xff'* 99999"])
    func garbage(_ bytes: String) async throws {
        let server = try await TestServer(configuration())
        let output = try await python(
            server,
            """
            r = socket.create_connection(('127.0.0.1', PORT))
            try:
                r.sendall(\(bytes))
                while r.recv(1000): pass
            except ConnectionError: pass
            s = open_()
            s.sendall(b'x'); print(s.recv(1))
            s2 = open_(); raw = s2.detach(); g = socket.socket(fileno=raw); g.settimeout(100)
            g.sendall(b'\\x17\\x03\\x03\\x00\\x20' + b'a' * 32)
            try:
                while g.recv(1000): pass
            except ConnectionError: pass
            print('cut')
            """)
        #expect(output == "b'x'\ncut\n")
        #expect(server.errors.withLockedValue { $0.map(\.code) } == [.handshake, .connection])
        try await server.stop()
    }

    private func python(_ server: TestServer, _ script: String) async throws -> String {
        try await Clients(server, authority: files.certificate).python(script)
    }
}
#endif
