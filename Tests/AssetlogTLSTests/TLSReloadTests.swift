#if TLS
@testable import AssetlogTLS
import Foundation
import NIOConcurrencyHelpers
import Testing

/// The store of contexts: what is a change of the files, and what becomes of connections.
@Suite struct TLSReloadTests {
    let files: Certificates

    init() throws {
        files = try Certificates()
        try files.make("one")
        try files.make("two")
        // What is served is one pair of names, whose files the tests replace.
        try copy("one")
    }

    private func copy(_ name: String, _ suffixes: [String] = ["pem", "key"]) throws {
        for suffix in suffixes {
            let text = try files.text(files.path("\(name).\(suffix)"))
            try Data(text.utf8).write(to: URL(fileURLWithPath: files.path("live.\(suffix)")), options: .atomic)
        }
    }

    private func configuration(_ authentication: TLSClientAuthentication = .none) -> TLSConfiguration {
        TLSConfiguration(
            certificateFile: files.path("live.pem"), keyFile: files.path("live.key"),
            clientAuthentication: authentication)
    }

    /// Files as Kubernetes lays them out: the names are links into a directory that is a link to one of two.
    private func makeLinks() throws -> TLSConfiguration {
        let manager = FileManager.default
        for name in ["one", "two"] {
            try manager.createDirectory(atPath: files.path("..\(name)"), withIntermediateDirectories: true)
            for suffix in ["pem", "key"] {
                try manager.copyItem(atPath: files.path("\(name).\(suffix)"), toPath: files.path("..\(name)/tls.\(suffix)"))
            }
        }
        try link("one")
        for suffix in ["pem", "key"] {
            try manager.createSymbolicLink(
                atPath: files.path("tls.\(suffix)"), withDestinationPath: "..data/tls.\(suffix)")
        }
        return TLSConfiguration(certificateFile: files.path("tls.pem"), keyFile: files.path("tls.key"))
    }

    /// Makes the names lead to the files of ONE or TWO, all at once.
    private func link(_ name: String) throws {
        try FileManager.default.createSymbolicLink(atPath: files.path("..new"), withDestinationPath: "..\(name)")
        #expect(rename(files.path("..new"), files.path("..data")) == 0)
    }

    private func code(_ outcome: TLSReloadOutcome?) -> TLSError.Code? {
        if case .failed(let error) = outcome { return error.code }
        return nil
    }

    // MARK: What is a change

    @Test("Files that have not changed are not read again, except when asked for")
    func unchanged() throws {
        let store = try TLSContextStore(configuration())
        let first = store.current
        #expect(store.reloadIfChanged() == nil)
        #expect(store.current === first)
        #expect(store.reload() == .reloaded(warnings: []))
        #expect(store.current !== first)
        #expect(store.reloadIfChanged() == nil)
    }

    @Test(
        "A file that is replaced, written to, or let in again is a change",
        arguments: ["replaced", "written", "permitted", "touched"])
    func changes(_ kind: String) throws {
        let store = try TLSContextStore(configuration())
        let path = files.path("live.pem")
        switch kind {
        case "replaced": try copy("one", ["pem"])
        case "written": try Data(files.text(path).utf8).write(to: URL(fileURLWithPath: path))
        case "permitted": #expect(chmod(path, 0o640) == 0)
        default: #expect(utimes(path, nil) == 0)
        }
        #expect(store.reloadIfChanged() == .reloaded(warnings: []))
        #expect(store.reloadIfChanged() == nil)
    }

    @Test("Links that are moved to another folder, as Kubernetes does, are a change")
    func links() throws {
        let store = try TLSContextStore(makeLinks())
        #expect(store.reloadIfChanged() == nil)
        try link("two")
        #expect(store.reloadIfChanged() == .reloaded(warnings: []))
        #expect(store.reloadIfChanged() == nil)
    }

    @Test("Each file that the configuration names is looked at")
    func allFiles() throws {
        try files.make("ca")
        try files.make("further")
        _ = try files.write("ocsp", "none")
        var configuration = configuration(.optional(caFile: files.path("ca.pem")))
        configuration.furtherCertificates = [files.pair("further")]
        configuration.ocspResponseFile = files.path("ocsp")
        let store = try TLSContextStore(configuration)
        for name in ["live.pem", "live.key", "further.pem", "further.key", "ca.pem", "ocsp"] {
            #expect(store.reloadIfChanged() == nil)
            #expect(utimes(files.path(name), nil) == 0)
            #expect(store.reloadIfChanged() != nil, "\(name)")
        }
    }

    @Test("Further certificates come and go by their list")
    func furtherCertificates() throws {
        try files.make("further", names: "DNS:further.test")
        let store = try TLSContextStore(configuration())
        let list = [files.pair("further")]
        #expect(store.reloadIfChanged([]) == nil)
        #expect(store.reloadIfChanged(list) == .reloaded(warnings: []))
        #expect(store.reloadIfChanged(list) == nil)
        #expect(store.current.certificates.map(\.names) == [["localhost"], ["further.test"]])
        // Without a list it is the one from before.
        #expect(store.reloadIfChanged() == nil)
        #expect(store.reload() == .reloaded(warnings: []))
        #expect(store.current.certificates.count == 2)
        #expect(code(store.reloadIfChanged(list + [files.pair("missing")])) == .file)
        #expect(store.current.certificates.count == 2)
        #expect(store.reloadIfChanged([]) == .reloaded(warnings: []))
        #expect(store.current.certificates.map(\.names) == [["localhost"]])
    }

    // MARK: Files that are not good

    @Test(
        "A file that is not good keeps the old certificate, and is logged once",
        arguments: [("live.pem", "hello", TLSError.Code.certificate), ("live.key", "", .privateKey), ("live.pem", nil, .file)]
            as [(String, String?, TLSError.Code)])
    func broken(_ name: String, _ text: String?, _ expected: TLSError.Code) async throws {
        let store = try TLSContextStore(configuration())
        let first = store.current
        if let text {
            _ = try files.write(name, text)
        } else {
            try FileManager.default.removeItem(atPath: files.path(name))
        }
        let outcome = store.reloadIfChanged()
        #expect(code(outcome) == expected)
        if case .failed(let error) = outcome { #expect(error.message.contains(files.path(name))) }
        #expect(store.reloadIfChanged() == nil)
        #expect(code(store.reload()) == expected)
        #expect(store.current === first)
        let server = try await TestServer { store.current }
        let output = try await Clients(server, authority: files.path("one.pem")).openssl([]).output
        #expect(output.contains("subject=CN = one\n"), "\(output)")
        try await server.stop()
        try copy("two")
        #expect(store.reloadIfChanged() == .reloaded(warnings: []))
        #expect(store.current.certificates.map(\.file) == [files.path("live.pem")])
    }

    @Test("A pair of which one file is new waits for the other", arguments: [["pem", "key"], ["key", "pem"]])
    func half(_ order: [String]) throws {
        let store = try TLSContextStore(configuration())
        let first = store.current
        try copy("two", [order[0]])
        #expect(code(store.reloadIfChanged()) == .mismatch)
        #expect(store.reloadIfChanged() == nil)
        #expect(store.current === first)
        try copy("two", [order[1]])
        #expect(store.reloadIfChanged() == .reloaded(warnings: []))
        #expect(store.current !== first)
    }

    @Test("A certificate that is expired is served after a reload as well, with a warning")
    func expired() throws {
        let store = try TLSContextStore(configuration())
        try files.expire("two")
        try copy("two")
        guard case .reloaded(let warnings) = store.reloadIfChanged() else {
            Issue.record("not reloaded")
            return
        }
        #expect(warnings.count == 1)
        #expect(warnings == store.current.warnings)
    }

    // MARK: Connections

    @Test("An open connection continues, a new one sees the new certificate, and a session is resumed", arguments: [2, 3])
    func connections(_ version: Int) async throws {
        let store = try TLSContextStore(configuration())
        let orders: TestServer.Orders = [
            "load": {
                do { try copy("two") } catch { return "fail" }
                return store.reloadIfChanged() == .reloaded(warnings: []) ? "done" : "fail"
            }
        ]
        let server = try await TestServer(orders: orders) { store.current }
        let both = try files.write("both", files.text(files.path("one.pem")) + files.text(files.path("two.pem")))
        let output = try await Clients(server, authority: both).python(
            """
            c = ctx(); c.maximum_version = c.minimum_version = ssl.TLSVersion.TLSv1_\(version)
            def say(s, text): s.sendall(text); return s.recv(10).decode()
            def name(s): return s.getpeercert()['subject'][0][0][1]
            old = open_(c); print(say(old, b'hello'), name(old), say(old, b'load'))
            for i in range(3): print(say(old, b'still'))
            new = open_(c); print(say(new, b'hello'), name(new), new.session_reused)
            back = open_(c, session=old.session); print(say(back, b'hello'), back.session_reused)
            print(say(old, b'end'))
            """)
        #expect(
            output == """
                hello one done
                still
                still
                still
                hello two False
                hello True
                end

                """)
        #expect(server.errors.withLockedValue { $0 }.isEmpty)
        try await server.stop()
    }

    @Test("Whose authorities are replaced is verified again, and not resumed", arguments: ["-tls1_2", "-tls1_3"])
    func authorities(_ version: String) async throws {
        try files.make("ca")
        try files.make("other-ca")
        try files.issue("client", by: "ca", names: "DNS:client.test")
        _ = try files.write("live-ca", files.text(files.path("ca.pem")))
        let store = try TLSContextStore(configuration(.required(caFile: files.path("live-ca"))))
        let server = try await TestServer { store.current }
        let clients = Clients(server, authority: files.path("one.pem"))
        let identity = [version, "-cert", files.path("client.pem"), "-key", files.path("client.key")]
        _ = try await clients.openssl(identity + ["-sess_out", files.path("session")])
        let resume = identity + ["-sess_in", files.path("session")]
        #expect(store.reload() == .reloaded(warnings: []))
        _ = try await clients.openssl(resume)
        _ = try files.write("live-ca", files.text(files.path("ca.pem")) + files.text(files.path("other-ca.pem")))
        #expect(store.reloadIfChanged() == .reloaded(warnings: []))
        _ = try await clients.openssl(resume)
        #expect(server.handshakes.withLockedValue { $0.map(\.isResumed) } == [false, true, false])
        _ = try files.write("live-ca", files.text(files.path("other-ca.pem")))
        #expect(store.reloadIfChanged() == .reloaded(warnings: []))
        _ = try await clients.openssl(resume)
        #expect(try await server.failures(1) == [.certificate])
        #expect(server.handshakes.withLockedValue { $0.map(\.peerNames) } == Array(repeating: ["DNS:client.test"], count: 3))
        try await server.stop()
    }

    @Test("Sessions of other rules for client certificates are not resumed")
    func otherRules() async throws {
        try files.make("ca")
        try files.issue("client", by: "ca", names: "DNS:client.test")
        let keys = TicketKeys()
        let file = files.path("ca.pem")
        let rules: [TLSClientAuthentication] = [.none, .optional(caFile: file), .required(caFile: file)]
        let contexts = try rules.map { try TLSContext(configuration($0), ticketKeys: keys) }
        let current = NIOLockedValueBox(contexts[0])
        let server = try await TestServer { current.withLockedValue { $0 } }
        let clients = Clients(server, authority: files.path("one.pem"))
        let identity = ["-cert", files.path("client.pem"), "-key", files.path("client.key")]
        for first in contexts {
            current.withLockedValue { $0 = first }
            _ = try await clients.openssl(identity + ["-sess_out", files.path("session")])
            for second in contexts {
                current.withLockedValue { $0 = second }
                server.handshakes.withLockedValue { $0 = [] }
                _ = try await clients.openssl(identity + ["-sess_in", files.path("session")])
                #expect(server.handshakes.withLockedValue { $0.map(\.isResumed) } == [first === second])
            }
        }
        try await server.stop()
    }

    @Test("Five hundred reloads under load fail no handshake and no request")
    func underLoad() async throws {
        let store = try TLSContextStore(makeLinks())
        let isDone = NIOLockedValueBox(false)
        let server = try await TestServer(orders: ["more?": { isDone.withLockedValue { $0 } ? "n" : "y" }]) { store.current }
        let both = try files.write("both", files.text(files.path("one.pem")) + files.text(files.path("two.pem")))
        let hasEnded = NIOLockedValueBox(false)
        async let load = clients(server, both, hasEnded)
        var outcomes: [TLSReloadOutcome?: Int] = [:]
        for index in 0..<500 {
            try link(index % 2 == 0 ? "two" : "one")
            outcomes[store.reloadIfChanged(), default: 0] += 1
            // The load continues next to it: at least one handshake for every five reloads.
            while server.handshakes.withLockedValue({ $0.count }) < index / 5, !hasEnded.withLockedValue({ $0 }) {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        isDone.withLockedValue { $0 = true }
        #expect(outcomes == [.reloaded(warnings: []): 500])
        let output = try await load
        #expect(output == "['one', 'two'] ['ok', 'ok', 'ok'] True True\n")
        #expect(server.errors.withLockedValue { $0 }.isEmpty)
        try await server.stop()
    }

    /// Connects, asks, resumes and connects again, until the server has had enough.
    private func clients(
        _ server: TestServer, _ authority: String, _ hasEnded: NIOLockedValueBox<Bool>
    ) async throws -> String {
        defer { hasEnded.withLockedValue { $0 = true } }
        return try await Clients(server, authority: authority).python(
            """
            c, names, counts = ctx(), set(), [0, 0]
            def say(s, text): s.sendall(text); return s.recv(10)
            def work():
                mine, session = open_(c), None
                while say(mine, b'more?') == b'y':
                    s = open_(c, session=session if counts[0] % 2 else None); assert say(s, b'hi') == b'hi'
                    names.add(s.getpeercert()['subject'][0][0][1])
                    session = s.session; counts[0] += 1; counts[1] += s.session_reused
                    s.close()
                counts.append('ok')
            threads = [threading.Thread(target=work) for _ in range(3)]
            for t in threads: t.start()
            for t in threads: t.join()
            print(sorted(names), counts[2:], counts[0] >= 100, counts[1] > 10)
            """, seconds: 600)
    }
}
#endif
