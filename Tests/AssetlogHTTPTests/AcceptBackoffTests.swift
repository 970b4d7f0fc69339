import Foundation
import NIOCore
import Testing

@testable import AssetlogHTTP

@Suite("The pauses of a listener without file descriptors")
struct AcceptBackoffTests {
    @Test("grow from 50 ms to 1 s, and start again when there was room for a connection")
    func grow() {
        var backoff = AcceptBackoff()
        #expect((0..<7).map { _ in backoff.fail() } == [50, 100, 200, 400, 800, 1000, 1000].map(TimeAmount.milliseconds))
        backoff.succeed()
        #expect(backoff.fail() == .milliseconds(50))
    }

    @Test("belong to one episode until it is ended, also when there was room in between")
    func episode() {
        var backoff = AcceptBackoff()
        _ = backoff.fail()
        backoff.succeed()
        _ = backoff.fail()
        #expect(backoff.failures == 2)
        #expect(backoff.end() == 2)
        #expect(backoff == AcceptBackoff())
    }

    @Test(
        "are only for lack of something that may come back",
        arguments: [(EMFILE, true), (ENFILE, true), (ENOMEM, true), (ECONNABORTED, false), (EINVAL, false)])
    func shortages(_ code: CInt, isShortage: Bool) {
        #expect(AcceptBackoff.isShortage(IOError(errnoCode: code, reason: "accept")) == isShortage)
    }
}
