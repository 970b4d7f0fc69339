#if SQLite
internal import AssetlogCore
internal import Logging
internal import Synchronization

/// Keeps what a ``FileWatch`` sees, looks again when that is old, and logs it once when something is wrong.
final class FileGuardian: Sendable {
    private struct State {
        var problem: String?
        var time: ContinuousClock.Instant
        var hasEnded = false
    }

    /// So long an append relies on the last look; it takes some microseconds.
    private static let age = Duration.milliseconds(200)

    private let watch: FileWatch
    private let logger: Logger
    private let filesAreBack: @Sendable () -> Void
    private let state: Mutex<State>

    /// Begins to watch.
    ///
    /// - Parameters:
    ///   - watch: The files.
    ///   - logger: Where a problem and its end are logged.
    ///   - filesAreBack: What is done when a problem has ended, before appends and reads continue.
    init(_ watch: FileWatch, logger: Logger, filesAreBack: @escaping @Sendable () -> Void) {
        self.watch = watch
        self.logger = logger
        self.filesAreBack = filesAreBack
        state = Mutex(State(problem: nil, time: .now))
    }

    /// What is wrong with the files, by a look that is not old.
    var freshProblem: String? {
        let known = state.withLock { $0 }
        return ContinuousClock.now - known.time < Self.age ? known.problem : inspect()
    }

    /// Sees nothing from now on: the storage closes its files, and some of them go with that.
    func end() {
        state.withLock { $0 = State(problem: nil, time: .now, hasEnded: true) }
    }

    /// Looks now.
    @discardableResult
    func inspect() -> String? {
        let problem = watch.problem()
        if problem == nil, state.withLock({ $0.problem != nil && !$0.hasEnded }) { filesAreBack() }
        let (old, hasEnded) = state.withLock { state in
            guard !state.hasEnded else { return (nil as String?, true) }
            defer { state = State(problem: problem, time: .now) }
            return (state.problem, false)
        }
        guard !hasEnded else { return nil }
        switch (old, problem) {
        case (nil, let problem?):
            logger.error("Reports are refused because files of the log are missing or can't be written.", metadata: ["error": "\(problem)"])
        case (_?, nil): logger.notice("The files of the log are back; reports are accepted again.")
        default: break
        }
        return problem
    }
}
#endif
