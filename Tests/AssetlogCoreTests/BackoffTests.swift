import AssetlogCore
import Testing

@Suite("A backoff")
struct BackoffTests {
    private let backoff = Backoff(first: .milliseconds(250), longest: .seconds(5))

    @Test(
        "doubles its pause with every failure, up to the longest one",
        arguments: [
            (-1, 0), (0, 0), (1, 250), (2, 500), (3, 1000), (4, 2000), (5, 4000), (6, 5000), (7, 5000), (.max, 5000),
        ])
    func doubles(failures: Int, milliseconds: Int) {
        #expect(backoff.pause(afterFailures: failures) == .milliseconds(milliseconds))
    }

    @Test(
        "leaves a part of its pause to chance",
        arguments: [
            (1.0, 0.0, 0), (1, 0.25, 500), (1, 1, 2000), (0.5, 0, 1000), (0.5, 0.5, 1500), (0.5, 1, 2000), (0, 0, 2000),
            (0.5, -3, 1000), (0.5, 7, 2000),
        ])
    func jitters(jitter: Double, random: Double, milliseconds: Int) {
        #expect(backoff.pause(afterFailures: 4, jitter: jitter, random: random) == .milliseconds(milliseconds))
    }

    @Test("is never longer than the longest pause, and overflows nowhere")
    func isBounded() {
        #expect(Backoff(first: .seconds(9), longest: .seconds(3)).pause(afterFailures: 1) == .seconds(3))
        let ages = Duration.seconds(Int64.max)
        #expect(Backoff(first: ages, longest: ages).pause(afterFailures: 40) == ages)
        #expect(Backoff(first: .zero, longest: ages).pause(afterFailures: 40) == .zero)
    }
}
