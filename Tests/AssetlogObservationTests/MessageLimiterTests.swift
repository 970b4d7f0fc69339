import AssetlogObservation
import Testing

@Suite("Error lines that requests cause")
struct MessageLimiterTests {
    @Test("are logged ten times a minute, and the next one says how many were left out")
    func limits() {
        let start = ContinuousClock.now
        let limiter = MessageLimiter(now: start)
        let first = (0..<1000).map { limiter.permit(now: start + .milliseconds($0)) }
        #expect(first.prefix(10).allSatisfy { $0 == 0 })
        #expect(first.dropFirst(10).allSatisfy { $0 == nil })
        #expect(limiter.permit(now: start + .seconds(60)) == 990)
        #expect(limiter.permit(now: start + .seconds(61)) == 0)
    }
}
