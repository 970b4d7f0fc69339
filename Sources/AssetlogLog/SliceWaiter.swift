import AssetlogCore
import Synchronization

/// One caller of ``EventLog/append(_:)-swift.method`` that waits for its slice's commit.
final class SliceWaiter: Sendable {
    let events: Int
    let bytes: Int
    private let slice: Mutex<EventBatch?>
    private let outcome = OneShot<Result<AppendOutcome, any Error>>()

    init(_ slice: consuming EventBatch) {
        events = slice.count
        bytes = slice.byteCount
        self.slice = Mutex(slice)
    }

    /// Returns when the fate of the slice is known.
    ///
    /// - Throws: What ``resume(with:)`` was given; `CancellationError` when the caller was cancelled in time.
    func value() async throws -> AppendOutcome { try await outcome.value().get() }

    /// The slice, for the one who copies it into a commit; nil when it was withdrawn before.
    func takeSlice() -> EventBatch? {
        slice.withLock { $0.take() }
    }

    /// Whether the caller was cancelled while its slice was in no commit. Asked only as long as it is in none.
    var isWithdrawn: Bool { outcome.isSet }

    /// Ends the wait of a cancelled caller, unless its slice is in a commit: then its fate is to be heard of.
    func withdraw() {
        if takeSlice() != nil { resume(with: .failure(CancellationError())) }
    }

    func resume(with result: Result<AppendOutcome, any Error>) {
        outcome.set(result)
    }
}
