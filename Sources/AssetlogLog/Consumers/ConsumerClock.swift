import AssetlogCore

/// Time since a start, and sleep, of any clock; so that tests need not wait.
struct ConsumerClock: Sendable {
    let now: @Sendable () -> Duration
    let sleep: @Sendable (Duration) async throws -> Void

    init(_ clock: any Clock<Duration>) {
        self.init(opening: clock)
    }

    private init(opening clock: some Clock<Duration>) {
        let start = clock.now
        now = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(for: $0) }
    }
}

extension WakeUp {
    /// Returns at the next ring, when the task is cancelled, or after a span of a clock.
    func wait(atMost span: Duration, _ clock: ConsumerClock) async {
        let timer = Task {
            try await clock.sleep(span)
            ring()
        }
        await wait()
        timer.cancel()
    }
}
