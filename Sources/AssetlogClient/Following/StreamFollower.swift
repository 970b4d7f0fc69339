import AssetlogCore
import Synchronization

/// What one who follows a stream has got so far, over all connections. State lives in a `Mutex`.
final class StreamFollower: Sendable {
    private struct State {
        var parser = StreamParser()
        var position: Int64?
        var retry = Duration.seconds(2)
        /// Whether this connection has brought anything.
        var isConnected = false
        var isEnough = false
        /// Why the server has ended the stream.
        var ending: (reason: String, detail: String)?
    }

    private let state: Mutex<State>
    private let receive: @Sendable (FollowedEvent) -> Bool

    /// - Parameters:
    ///   - position: The sequence after which it begins; nil: the end of the log.
    ///   - receive: Takes the events; false: no more is wanted.
    init(after position: Int64?, receive: @escaping @Sendable (FollowedEvent) -> Bool) {
        self.receive = receive
        state = Mutex(State(position: position))
    }

    /// The sequence to go on from.
    var position: Int64? { state.withLock { $0.position } }
    /// How long the server wants a client to wait before it connects again.
    var retry: Duration { state.withLock { $0.retry } }
    /// Whether this connection has brought anything.
    var isConnected: Bool { state.withLock { $0.isConnected } }
    /// Whether no more is wanted.
    var isEnough: Bool { state.withLock { $0.isEnough } }
    /// Why the server has ended the stream; nil: it has not said so.
    var ending: (reason: String, detail: String)? { state.withLock { $0.ending } }

    /// A new connection begins.
    func begin() {
        state.withLock { state in
            state.parser = StreamParser()
            (state.isConnected, state.ending) = (false, nil)
        }
    }

    /// Takes a piece of the stream; false: that is enough.
    func push(_ piece: UnsafeRawBufferPointer) -> Bool {
        var blocks: [StreamParser.Block] = []
        let isReadable = state.withLock { state in
            state.isConnected = true
            return state.parser.push(piece) { block in
                blocks.append(block)
                return true
            }
        }
        for block in blocks where !take(block) {
            state.withLock { $0.isEnough = true }
            return false
        }
        return isReadable
    }

    private func take(_ block: StreamParser.Block) -> Bool {
        if let retry = block.retry { state.withLock { $0.retry = retry } }
        switch block.name {
        case "event":
            // After a connection that broke, an event may come that was there already.
            guard let id = block.id, id > position ?? -1 else { return true }
            let goesOn = receive(FollowedEvent(sequence: id, json: block.data))
            state.withLock { $0.position = id }
            return goesOn
        case "end":
            let (reason, detail) = ("reason", "detail")
            let texts = [reason, detail].map { CanonicalJSON.string($0, inObject: block.data) ?? "" }
            state.withLock { $0.ending = (texts[0], texts[1]) }
            moveOn(to: block.id)
        default: moveOn(to: block.id)
        }
        return true
    }

    private func moveOn(to id: Int64?) {
        state.withLock { state in
            if let id { state.position = max(state.position ?? 0, id) }
        }
    }
}
