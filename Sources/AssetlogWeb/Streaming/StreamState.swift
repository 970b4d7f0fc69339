/// What a stream writes next. It knows no socket, no clock and no log; the time is what the caller says it is.
struct StreamState {
    /// What the caller does.
    enum Action: Equatable {
        /// Write these bytes.
        case write(ArraySlice<UInt8>)
        /// Wait until the socket has taken more; at most ``StreamState/room`` bytes may be unsent.
        case waitForRoom
        /// Find out whether there is more, and say ``StreamState/add(_:upTo:)``.
        case read
        /// Write these bytes, which are the last ones.
        case finish(ArraySlice<UInt8>)
        /// Cut the answer off: its client goes on from the last event that it has as a whole.
        case cut
    }

    /// A part of what is to be written.
    private struct Part {
        var bytes: ArraySlice<UInt8>
        /// The sequence that the client has come to when it has all of the part; nil: it is within an event.
        var id: Int64?
    }

    /// How much may be unsent when more is written.
    static let room = 16 << 10
    /// The most bytes that are written at once.
    static let sliceBytes = 64 << 10

    private let heartbeat: Duration
    private var lastWrite: Duration
    private var parts: [Part] = []
    /// The sequence that the stream has come to.
    private var position: Int64
    /// The sequence that its client knows.
    private var knownID: Int64
    private var isInsideEvent = false
    private var ending: StreamEnding?

    /// A stream of what comes after a sequence.
    ///
    /// - Parameter heartbeat: How long nothing may be written.
    init(after position: Int64, heartbeat: Duration, now: Duration) {
        (self.position, self.heartbeat, lastWrite, knownID) = (position, heartbeat, now, position)
        parts = [Part(bytes: ServerSentEvent.opening(id: position)[...], id: position)]
    }

    /// The bytes that wait to be written.
    var waitingBytes: Int { parts.reduce(0) { $0 + $1.bytes.count } }

    /// When a heartbeat is due.
    var deadline: Duration { lastWrite + heartbeat }

    /// Takes events, and the sequence up to which they are all.
    mutating func add(_ events: [StreamEvent], upTo position: Int64) {
        var (block, last) = ([UInt8](), Int64?.none)
        func isLarge(_ event: StreamEvent) -> Bool { event.json.count > Self.sliceBytes / 2 }
        func flush() {
            if let last { parts.append(Part(bytes: block[...], id: last)) }
            (block, last) = ([], nil)
        }
        for event in events {
            if isLarge(event) || block.count > Self.sliceBytes / 2 { flush() }
            block += ServerSentEvent.head(id: event.id)
            if isLarge(event) {
                // Its bytes are shared by all who get it.
                parts.append(Part(bytes: block[...]))
                parts.append(Part(bytes: event.json[...]))
                parts.append(Part(bytes: ServerSentEvent.end[...], id: event.id))
                block = []
            } else {
                block += event.json
                block += ServerSentEvent.end
                last = event.id
            }
        }
        flush()
        self.position = max(self.position, position)
    }

    /// Says why the stream ends. What waits is not written any more.
    mutating func end(_ ending: StreamEnding) {
        if self.ending == nil { self.ending = ending }
    }

    /// Decides what to do while so much of what was written is unsent.
    mutating func next(unsent: Int, now: Duration) -> Action {
        if let ending {
            guard !isInsideEvent, ending != .left else { return .cut }
            // What was read but is not written comes again.
            return .finish(ServerSentEvent.final(ending, after: parts.isEmpty ? position : knownID)[...])
        }
        guard unsent <= Self.room else { return .waitForRoom }
        if !parts.isEmpty { return .write(takeSlice(now)) }
        guard now >= deadline else { return .read }
        lastWrite = now
        defer { knownID = position }
        return .write(ServerSentEvent.heartbeat(id: position == knownID ? nil : position)[...])
    }

    private mutating func takeSlice(_ now: Duration) -> ArraySlice<UInt8> {
        lastWrite = now
        let slice = parts[0].bytes.prefix(Self.sliceBytes)
        parts[0].bytes = parts[0].bytes.dropFirst(slice.count)
        guard parts[0].bytes.isEmpty else {
            isInsideEvent = true
            return slice
        }
        let id = parts.removeFirst().id
        isInsideEvent = id == nil
        if let id { knownID = id }
        return slice
    }
}

/// An event of a stream.
package struct StreamEvent: Sendable {
    /// Its sequence.
    package var id: Int64
    /// Its JSON, without a line end.
    package var json: [UInt8]

    /// Makes an event.
    package init(id: Int64, json: [UInt8]) {
        (self.id, self.json) = (id, json)
    }
}
