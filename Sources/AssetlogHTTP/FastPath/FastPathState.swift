import AssetlogBody
import NIOCore

/// What the fast path of one connection does next: events in, actions out.
///
/// It knows no channel, socket or clock. The bytes that were received and not answered yet are the caller's, who passes
/// them with each question; the time is what the caller says it is. One request is under way at a time.
struct FastPathState {
    enum Phase {
        /// Between requests, or in the head of one.
        case readingHead
        /// The head is complete, the body is not.
        case readingBody
        /// The report is in the queue.
        case committing
        /// Nothing more is read or answered.
        case closing
        /// The HTTP/1 handler has the connection.
        case handedOver
    }

    /// What the caller is to do.
    enum Action: Equatable {
        /// Nothing, until the next event.
        case wait
        /// Add the chunk to the unread bytes, and ask what is next in them.
        case process
        /// Answer or queue the report with which the unread bytes begin: ``head`` describes it, and it is complete.
        case answer
        /// Give the connection to the HTTP/1 handler, with all unread bytes.
        case handOver
        /// Pass the event on, because the HTTP/1 handler has the connection.
        case forward
        /// Drop the chunk, or the unread bytes.
        case discard
        /// Read from the socket.
        case read
        /// Answer that the request can't be taken as it came, and close.
        case refuse(Refusal)
        /// Close the connection.
        case close
    }

    /// Why a request is refused before it is complete.
    enum Refusal {
        /// It did not arrive in time.
        case timeout
        /// There is no memory for it.
        case memory
    }

    /// Reports with a longer body go through the HTTP/1 handler, whose buffers are bounded by its limits.
    static let maximumBodyBytes = 64 << 10
    /// While a report is committed, a client may send so much ahead before it is no longer read from.
    static let maximumBytesAhead = 64 << 10

    private(set) var phase = Phase.readingHead
    /// The head of the request that is being read or answered.
    private(set) var head = FastPathRequestHead(
        target: 0..<0, contentType: nil, byteCount: 0, contentLength: 0, closes: false)
    /// Where the content of its body is, if that comes in chunks.
    private(set) var chunked: ChunkedBody
    /// When ``deadlinePassed(unread:)`` is due.
    private(set) var deadline: NIODeadline
    /// Whether the peer sends nothing more.
    private(set) var isInputClosed = false
    /// Whether a read from the socket waits for the answer to the report that is committed.
    private(set) var isReadHeld = false
    // Whether requests were dropped that came while a report was committed, because there was no memory for them.
    private var hasDropped = false
    private var isDraining: Bool
    // When the last answer was written, or the connection opened.
    private var answeredAt: NIODeadline
    // Whether the deadline is that of the head that is being read.
    private var isHeadTimed = true
    // Whether the socket has not taken the answers before.
    private var isBlocked = false
    private let maximumBodyBytes: Int
    private let headerTimeout: TimeAmount
    private let bodyTimeout: TimeAmount
    private let idleTimeout: TimeAmount
    private let writeTimeout: TimeAmount

    /// A connection that was opened.
    ///
    /// - Parameter isDraining: Whether the server is stopping.
    init(limits: HTTPLimits, isDraining: Bool, now: NIODeadline) {
        maximumBodyBytes = min(Self.maximumBodyBytes, limits.body.maximumBytes)
        chunked = ChunkedBody(maximumBytes: maximumBodyBytes)
        headerTimeout = limits.headerTimeout
        bodyTimeout = limits.bodyTimeout
        idleTimeout = limits.idleTimeout
        writeTimeout = limits.writeTimeout
        deadline = now + limits.headerTimeout
        answeredAt = now
        self.isDraining = isDraining
    }

    /// The bytes of the request that ``head`` describes.
    var requestBytes: Int { head.byteCount + (head.isChunked ? chunked.byteCount : head.contentLength) }

    /// The number of bytes of its body, without what is around chunks.
    var bodyBytes: Int { head.isChunked ? chunked.contentBytes : head.contentLength }

    /// Whether the answer to the request under way is the last one of the connection.
    var closesAfterAnswer: Bool { head.closes || isDraining }

    // MARK: Reading

    /// A chunk has come, in addition to so many unread bytes.
    mutating func received(unread: Int, now: NIODeadline) -> Action {
        switch phase {
        case .handedOver: return .forward
        case .closing: return .discard
        case .committing where hasDropped: return .discard
        case .readingHead where unread == 0: beginHead(now)
        case .readingHead, .readingBody, .committing: break
        }
        return .process
    }

    /// Looks at what is unread; to be asked again after each answer.
    ///
    /// - Parameters:
    ///   - isWritable: Whether the socket takes more answers.
    ///   - isReport: Whether a request target is that of a report. It is only asked about a request in chunks that has not come
    ///     as a whole: the API reads such a body as it comes.
    mutating func next(
        in unread: UnsafeRawBufferPointer, isWritable: Bool, now: NIODeadline, isReport: (UnsafeRawBufferPointer) -> Bool
    ) -> Action {
        guard unread.count > 0 else { return .wait }
        // A client that sends reports and reads no answers is not served further until it does.
        guard isWritable else {
            // What else it sends in the meantime gives it no more time.
            if !isBlocked { deadline = now + writeTimeout }
            isBlocked = true
            return .wait
        }
        isBlocked = false
        switch phase {
        case .committing, .closing, .handedOver: return .wait
        case .readingBody: return readBody(unread)
        case .readingHead: return readHead(unread, now, isReport)
        }
    }

    private mutating func readHead(
        _ unread: UnsafeRawBufferPointer, _ now: NIODeadline, _ isReport: (UnsafeRawBufferPointer) -> Bool
    ) -> Action {
        switch FastPathRequestParser.parse(unread) {
        case .incomplete:
            // It may have begun behind the request before.
            if !isHeadTimed { beginHead(now) }
            return .wait
        case .other: return handOver()
        case .complete(let head): self.head = head
        }
        guard head.contentLength <= maximumBodyBytes else { return handOver() }
        if head.isChunked { chunked.reset() }
        let action = readBody(unread)
        guard action == .wait else { return action }
        if head.isChunked, !isReport(UnsafeRawBufferPointer(rebasing: unread[head.target])) { return handOver() }
        phase = .readingBody
        deadline = now + bodyTimeout
        return .wait
    }

    private mutating func beginHead(_ now: NIODeadline) {
        deadline = now + headerTimeout
        isHeadTimed = true
    }

    private mutating func readBody(_ unread: UnsafeRawBufferPointer) -> Action {
        guard head.isChunked else { return unread.count < requestBytes ? .wait : .answer }
        switch chunked.advance(in: UnsafeRawBufferPointer(rebasing: unread[head.byteCount...])) {
        case .complete: return .answer
        case .incomplete: return .wait
        case .other: return handOver()
        }
    }

    /// The request is none of a report that the fast path takes.
    mutating func handOver() -> Action {
        assert(phase == .readingHead || phase == .readingBody, "a report is under way")
        phase = .handedOver
        return .handOver
    }

    /// The channel wants to read, while so many bytes are unread.
    mutating func mayRead(unread: Int) -> Bool {
        isReadHeld = (phase == .committing || isBlocked) && (hasDropped || unread > Self.maximumBytesAhead)
        return !isReadHeld
    }

    /// There is no memory for the unread bytes.
    mutating func memoryRefused() -> Action {
        guard phase == .committing else { return .refuse(.memory) }
        // The answer to the report comes first.
        hasDropped = true
        return .discard
    }

    // MARK: Answering

    /// The request is in the queue as a report.
    mutating func enqueued() {
        assert(phase == .readingHead || phase == .readingBody, "a report is under way already")
        phase = .committing
        deadline = .distantFuture
    }

    /// Whether the client lets time pass between its reports, so that it does not get to send fewer when one waits for others.
    func followsPause(at now: NIODeadline) -> Bool {
        now - answeredAt >= Self.pause
    }

    private static let pause = TimeAmount.milliseconds(50)

    /// Whether a report waits for its answer; false when it completes after the connection was closed.
    var owesAnswer: Bool { phase == .committing }

    /// An answer is written, and then this is done.
    ///
    /// - Parameter closes: Whether the answer is the last one: ``closesAfterAnswer``, and true for a refusal.
    mutating func answered(closes: Bool, now: NIODeadline) -> Action {
        assert(phase != .closing && phase != .handedOver, "an answer on a connection that takes none")
        phase = closes ? .closing : .readingHead
        deadline = now + idleTimeout
        answeredAt = now
        (isHeadTimed, isBlocked) = (false, false)
        return closes ? .close : .wait
    }

    /// The report was answered, and so was all that could be of the requests behind it.
    mutating func resume() -> Action {
        guard phase == .readingHead || phase == .readingBody, !isBlocked else { return .wait }
        if hasDropped { return .refuse(.memory) }
        if isInputClosed { return end() }
        guard isReadHeld else { return .wait }
        isReadHeld = false
        return .read
    }

    // MARK: Ending

    /// The peer sends nothing more.
    mutating func inputClosed() -> Action {
        isInputClosed = true
        switch phase {
        // The answer is still owed.
        case .committing, .closing: return .wait
        case .readingHead, .readingBody: return end()
        case .handedOver: return .forward
        }
    }

    /// Nothing more comes. A request without its end is refused by the HTTP/1 handler or the API, as it would be of any form.
    private mutating func end() -> Action {
        phase == .readingBody ? handOver() : .close
    }

    /// The deadline has passed, while so many bytes are unread.
    mutating func deadlinePassed(unread: Int) -> Action {
        deadline = .distantFuture
        switch phase {
        case .readingHead where unread > 0, .readingBody: return .refuse(.timeout)
        default: return .close
        }
    }

    /// The server is stopping, while so many bytes are unread. A request that has begun is answered, and the answer closes.
    mutating func drain(unread: Int) -> Action {
        isDraining = true
        return phase == .readingHead && unread == 0 ? .close : .wait
    }

    /// The channel has failed.
    func failed() -> Action { phase == .handedOver ? .forward : .close }

    /// The connection is closed, by either side.
    mutating func closed() {
        if phase != .handedOver { phase = .closing }
    }
}
