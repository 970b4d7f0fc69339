package import AssetlogCore
package import AssetlogObservation
import HTTPTypes
import Synchronization

/// The streams of a server: how many there may be, and what ends them. State lives in a `Mutex`; one task runs ``run()``.
package final class StreamRegistry: Sendable {
    // Not kept here: a stream ends at the latest with the answer that it is the body of.
    private struct Entry {
        weak var stream: OpenStream?
    }

    private struct State {
        var streams: [Int: Entry] = [:]
        var counts: [LimitedCaller: Int] = [:]
        var nextID = 0
        var isDraining = false

        var all: [OpenStream] { streams.values.compactMap(\.stream) }
    }

    /// How often the streams are checked.
    private static let tick = Duration.milliseconds(500)

    /// How long a stream may be silent.
    package let heartbeat: Duration
    let metrics = StreamMetrics()
    private let limits: ServerLimits
    private let memory: MemoryBudget.Share
    private let clock: any Clock<Duration>
    let now: @Sendable () -> Duration
    private let bell = WakeUp()
    private let state = Mutex(State())

    /// Makes a registry without streams.
    ///
    /// - Parameters:
    ///   - limits: How many streams there may be.
    ///   - memory: What is held for their clients.
    ///   - heartbeat: How long a stream may be silent.
    ///   - clock: What measures that.
    package init(
        limits: ServerLimits, memory: MemoryBudget.Share, heartbeat: Duration = .seconds(15),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        (self.limits, self.memory, self.heartbeat, self.clock) = (limits, memory, heartbeat, clock)
        now = Self.reading(of: clock)
    }

    private static func reading(of clock: some Clock<Duration>) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }

    /// Adds the families of the streams.
    package func register(in registry: MetricsRegistry) {
        metrics.register(in: registry) { [weak self] in self?.count ?? 0 }
    }

    /// How many streams are open.
    package var count: Int { state.withLock { $0.streams.count } }

    /// Opens a stream, which lasts as long as something refers to it, or until it is closed.
    ///
    /// - Parameter isAllowed: Whether the stream may go on; asked about twice a second.
    /// - Throws: ``RequestError`` with the status 429 when the caller has too many, and 503 when the server has.
    package func open(
        for caller: LimitedCaller, while isAllowed: @escaping @Sendable () -> Bool
    ) throws(RequestError) -> OpenStream {
        let hold = MemoryHold(of: memory)
        guard hold.change(to: OpenStream.reservedBytes) else { throw AnswerMemory.noRoom }
        let id = try admit(caller)
        let stream = OpenStream(hold, deadline: now() + heartbeat, isAllowed: isAllowed) { [self] ending in
            remove(id, of: caller)
            if let ending { metrics.ended(ending) }
        }
        let isDraining = state.withLock { state in
            state.streams[id]?.stream = stream
            return state.isDraining
        }
        if isDraining { stream.end(.stopping) }
        bell.ring()
        return stream
    }

    private func admit(_ caller: LimitedCaller) throws(RequestError) -> Int {
        let result = state.withLock { state -> Result<Int, RequestError> in
            if state.isDraining { return .failure(Self.draining) }
            let own = state.counts[caller, default: 0]
            if limits.streamsPerCaller > 0, own >= limits.streamsPerCaller { return .failure(tooManyOfCaller) }
            if state.streams.count >= limits.streams { return .failure(tooMany) }
            state.counts[caller] = own + 1
            state.nextID += 1
            state.streams[state.nextID] = Entry()
            return .success(state.nextID)
        }
        return try result.get()
    }

    private func remove(_ id: Int, of caller: LimitedCaller) {
        state.withLock { state in
            state.streams[id] = nil
            let left = state.counts[caller, default: 1] - 1
            state.counts[caller] = left > 0 ? left : nil
        }
    }

    /// Ends all streams, and opens no more.
    package func drain() {
        let streams = state.withLock { state in
            state.isDraining = true
            return state.all
        }
        for stream in streams { stream.end(.stopping) }
    }

    /// Checks the streams twice a second, while there are any, until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            guard count > 0 else {
                await bell.wait()
                continue
            }
            check()
            try? await clock.sleep(for: Self.tick)
        }
    }

    private func check() {
        let (streams, now) = (state.withLock { $0.all }, now())
        for stream in streams { stream.check(at: now) }
    }

    // MARK: Refusals

    private static let draining = RequestError(
        status: .serviceUnavailable, detail: "The server is stopping. Try again later.", headers: [.retryAfter: "2"])

    private var tooMany: RequestError {
        RequestError(
            status: .serviceUnavailable,
            detail: "The server has as many open streams as it may have (server.limits.streams: \(limits.streams)). Try again later.",
            headers: [.retryAfter: "5"])
    }

    private var tooManyOfCaller: RequestError {
        RequestError(
            status: .tooManyRequests,
            detail: "This caller has as many open streams as it may have (server.limits.streams_per_caller:"
                + " \(limits.streamsPerCaller)). Close one first.",
            headers: [.retryAfter: "5"])
    }
}
