#if TLS
@testable import AssetlogTLS
import NIOConcurrencyHelpers
import Testing

/// The keys of session tickets, with a clock that the test sets.
@Suite struct TicketKeysTests {
    private let clock = Clock()

    /// Hours and days that pass when the test says so.
    private final class Clock: Sendable {
        private let start = ContinuousClock.now
        private let elapsed = NIOLockedValueBox(Duration.zero)

        var now: ContinuousClock.Instant { start.advanced(by: elapsed.withLockedValue { $0 }) }
        var date: Int64 { UnixTime.now + elapsed.withLockedValue { $0 }.components.seconds }
        func set(hours: Double) { elapsed.withLockedValue { $0 = .seconds(hours * 3_600) } }
    }

    private var keys: TicketKeys {
        let clock = clock
        return TicketKeys(now: { clock.now }, date: { clock.date })
    }

    @Test(
        "A key makes tickets for twelve hours, and is accepted for twelve more",
        arguments: [
            (0, true, true), (11.99, true, true), (12, false, true), (23.99, false, true), (24, false, false),
            (1_000, false, false),
        ] as [(Double, Bool, Bool)])
    func life(_ hours: Double, _ isCurrent: Bool, _ isAccepted: Bool) throws {
        let keys = keys
        let first = try #require(keys.current())
        clock.set(hours: hours)
        // Whether a new one was made in the meantime or not, the old one lives as long.
        for _ in 0..<2 {
            let found = keys.key(named: first.name)
            #expect((found != nil) == isAccepted)
            #expect((found?.isCurrent ?? false) == isCurrent)
            #expect((keys.current() === first) == isCurrent)
        }
    }

    @Test("Of three keys two are kept, and unknown names are refused")
    func rotation() throws {
        let keys = keys
        let made = try (0..<3).map { index in
            clock.set(hours: Double(index) * 12)
            return try #require(keys.current())
        }
        #expect(made.map { keys.key(named: $0.name) != nil } == [false, true, true])
        let unknown = [UInt8](repeating: 7, count: 16)
        #expect(unknown.withUnsafeBufferPointer { keys.key(named: $0) } == nil)
    }

    /// Which handshakes are resumed, with the session of the first, when they happen at those hours.
    private func resumes(_ version: String, hours: [Double], clientDays: Int? = nil) async throws -> [Bool] {
        let files = try Certificates()
        try files.make("ca")
        try files.issue("client", by: "ca", names: "DNS:client.test", days: clientDays ?? 2)
        clock.set(hours: hours[0])
        let context = try TLSContext(
            TLSConfiguration(
                certificateFile: files.certificate, keyFile: files.key,
                clientAuthentication: clientDays == nil ? .none : .required(caFile: files.path("ca.pem"))),
            ticketKeys: keys)
        let server = try await TestServer { context }
        let clients = Clients(server, authority: files.certificate)
        let identity = ["-cert", files.path("client.pem"), "-key", files.path("client.key")]
        _ = try await clients.openssl([version, "-sess_out", files.path("session")] + identity)
        for hours in hours.dropFirst() {
            clock.set(hours: hours)
            _ = try await clients.openssl([version, "-sess_in", files.path("session")] + identity)
        }
        #expect(server.errors.withLockedValue { $0 }.isEmpty)
        let names = clientDays == nil ? [] : ["DNS:client.test"]
        #expect(server.handshakes.withLockedValue { $0 }.allSatisfy { $0.peerNames == names })
        try await server.stop()
        return server.handshakes.withLockedValue { $0.map(\.isResumed) }
    }

    @Test("A client resumes with a ticket of the last key, not of an older one", arguments: ["-tls1_2", "-tls1_3"])
    func socket(_ version: String) async throws {
        #expect(try await resumes(version, hours: [0, 1, 13, 23.9, 24.1]) == [false, true, true, true, false])
    }

    @Test("A session does not outlive the client's certificate", arguments: ["-tls1_2", "-tls1_3"])
    func certificate(_ version: String) async throws {
        // The key is made at the tenth hour, so that it is accepted for longer.
        #expect(try await resumes(version, hours: [10, 11, 23.9, 24.1], clientDays: 1) == [false, true, true, false])
    }
}
#endif
