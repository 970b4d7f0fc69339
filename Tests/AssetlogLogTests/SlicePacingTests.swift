import Testing

@testable import AssetlogLog

@Suite("The pause after a slice, while others report one by one")
struct SlicePacingTests {
    @Test(
        "is longer after a part of a large item, and longest after a large item that is one commit",
        arguments: [
            (bytes: 512 << 10, isPart: false, took: .milliseconds(8), pause: .milliseconds(5)),
            (bytes: 512 << 10, isPart: true, took: .milliseconds(8), pause: .milliseconds(45)),
            (bytes: 8 << 20, isPart: false, took: .milliseconds(100), pause: .milliseconds(1005)),
            (bytes: 8 << 20, isPart: false, took: .seconds(60), pause: .seconds(5)),
            (bytes: 8 << 20, isPart: true, took: .seconds(60), pause: .seconds(5)),
        ] as [(bytes: Int, isPart: Bool, took: Duration, pause: Duration)])
    func pause(bytes: Int, isPart: Bool, took: Duration, expected: Duration) {
        let start = ContinuousClock.now - took
        let pause = SlicePacing(limits: EventLog.Limits()).pause(afterBytes: bytes, isPart: isPart, since: start)
        // The clock goes on while this runs.
        #expect(pause >= expected)
        #expect(pause <= expected + (ContinuousClock.now - start - took) * 10)
    }
}
