package import Logging
import Synchronization

/// Logs errors of one kind at most ten times a minute, because requests can cause them at will; the next line that is
/// logged says how many were left out. State lives in a `Mutex`.
package final class MessageLimiter: Sendable {
    /// How many lines are logged in a window.
    package static let linesPerWindow = 10
    /// How long a window lasts.
    package static let window = Duration.seconds(60)

    private struct State {
        var end: ContinuousClock.Instant
        var logged = 0
        var groupAborted = 0
    }

    private let state: Mutex<State>

    package init(now: ContinuousClock.Instant = .now) {
        state = Mutex(State(end: now + Self.window))
    }

    /// Logs an error, or only counts it.
    package func error(_ message: Logger.Message, metadata: Logger.Metadata, to logger: Logger) {
        guard let groupAborted = permit() else { return }
        var metadata = metadata
        if groupAborted > 0 { metadata["left_out"] = "\(groupAborted)" }
        logger.error(message, metadata: metadata)
    }

    /// Whether a line may be logged now: how many were left out since the last one; nil: it is left out too.
    package func permit(now: ContinuousClock.Instant = .now) -> Int? {
        state.withLock { state in
            if now >= state.end { (state.end, state.logged) = (now + Self.window, 0) }
            guard state.logged < Self.linesPerWindow else {
                state.groupAborted += 1
                return nil
            }
            state.logged += 1
            defer { state.groupAborted = 0 }
            return state.groupAborted
        }
    }
}
