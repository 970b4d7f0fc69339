import AssetlogCore

/// Work that outlives the cancellation of who waits for it by a bounded time.
final class BoundedDelivery: Sendable {
    private let grace: Duration
    private let clock: ConsumerClock
    private let task: Task<Void, Never>
    private let outcome = OneShot<Result<Void, any Error>>()

    /// Begins the work.
    ///
    /// - Parameters:
    ///   - grace: How long the work may continue after the waiting task was cancelled. Then it is cancelled itself, and
    ///     ``value()`` throws `CancellationError` whether it ends or not.
    ///   - clock: What measures the grace.
    ///   - work: The work.
    init(grace: Duration, clock: ConsumerClock, _ work: @escaping @Sendable () async throws -> Void) {
        self.grace = grace
        self.clock = clock
        task = Task { [outcome] in
            do {
                try await work()
                outcome.set(.success(()))
            } catch {
                outcome.set(.failure(error))
            }
        }
    }

    /// Asks the work to end; it is still waited for.
    func cancel() {
        task.cancel()
    }

    /// Returns when the work has ended; to be called once.
    func value() async throws {
        try await withTaskCancellationHandler {
            try await outcome.value().get()
        } onCancel: {
            Task {
                try? await clock.sleep(grace)
                task.cancel()
                outcome.set(.failure(CancellationError()))
            }
        }
    }
}
