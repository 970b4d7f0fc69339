import NIOCore
import NIOHTTP1

/// What an HTTP/1 connection does next: events in, actions out.
///
/// It knows no channel, socket or clock; the time is what the caller says it is. The handler before it delivers one
/// request at a time, the next one when the end of the answer was written.
struct HTTP1State {
    enum Phase: Equatable {
        /// Between requests, or in the head of one.
        case idle
        /// The head of a report was taken, and its body is read.
        case readingReport
        /// The report is in the queue.
        case committing
        /// The API has the request; `hasEnded` when all of it was forwarded.
        case forwarded(hasEnded: Bool)
        /// The answer was written before the request had ended; so many bytes of it are still dropped.
        case discarding(remaining: Int)
        /// Everything was written; what still comes is dropped until the peer closes too.
        case lingering
        case closed
    }

    /// What the caller is to do.
    enum Action: Equatable {
        /// Nothing, until the next event.
        case wait
        /// Take memory for the bytes, and say ``HTTP1State/headGranted(_:now:)`` or ``HTTP1State/memoryRefused()``.
        case account
        /// Give the bytes to the decoder.
        case decode
        /// Drop the bytes, or the part of a request.
        case discard
        /// Find out who answers the request.
        case route
        /// Add the chunk to the body of the report, and say ``HTTP1State/appended(_:)``.
        case append
        /// Resolve the report, which is complete.
        case resolve
        /// Pass the part, the error or the event on to the API.
        case forward
        /// Let the API learn that the body does not come, and wait for its answer.
        case endBody
        /// Write `100 Continue`, which shows whether the client is still there.
        case probe
        /// Answer the request under way that it can't be taken as it came.
        case refuse(Refusal)
        /// Answer the same before there is a request: the handlers know none yet.
        case refuseHead(Refusal)
        /// End the answering side, when everything before was written.
        case closeOutput
        /// Close the connection.
        case close
    }

    /// Why a request is refused before it is complete.
    enum Refusal {
        /// It did not arrive in time.
        case timeout
        /// There is no memory for it.
        case memory
        /// It is no HTTP.
        case unreadable
    }

    /// How long a client that has ended its side waits for an answer before it is asked whether it is still there.
    private static let patienceWithHalfClosed = TimeAmount.seconds(1)
    /// How long the peer may take to close after the last answer.
    private static let lingerTimeout = TimeAmount.seconds(2)

    private(set) var phase = Phase.idle
    /// When ``deadlinePassed(now:)`` is due.
    private(set) var deadline: NIODeadline
    /// Whether the connection continues after the answer.
    private(set) var keepsAlive = true
    /// The version of the request that is being read or answered.
    private(set) var version = HTTPVersion.http1_1
    /// Whether its answer has no body, because it is to `HEAD`.
    private(set) var isHead = false
    /// Whether it has a body.
    private(set) var hasBody = false
    /// Whether the client holds the body back until it is asked for it.
    private(set) var awaitsContinue = false
    /// When its head was complete.
    private(set) var startedAt: NIODeadline
    /// The bytes of its body that have been taken.
    private(set) var bodyBytes = 0
    /// The bytes of the head that is being read, as far as memory was taken for them.
    private(set) var headBytes = 0
    private var isInputClosed = false
    // Whether the API has begun to answer.
    private var isAnswerBegun = false
    private var hasForwarded = false
    private var hasBodyEnded = false
    private var isDraining: Bool
    private let limits: HTTPLimits

    /// A connection that was handed over by the fast path.
    ///
    /// - Parameter isDraining: Whether the server is stopping.
    init(limits: HTTPLimits, isDraining: Bool, now: NIODeadline) {
        self.limits = limits
        self.isDraining = isDraining
        deadline = now + limits.headerTimeout
        startedAt = now
    }

    // MARK: Heads

    /// Bytes have come that are not decoded yet.
    func received() -> Action {
        switch phase {
        // The decoder keeps the bytes of a head until it is complete.
        case .idle: .account
        case .lingering, .closed: .discard
        case .readingReport, .committing, .forwarded, .discarding: .decode
        }
    }

    /// Memory was taken for bytes of a head.
    mutating func headGranted(_ count: Int, now: NIODeadline) -> Action {
        if headBytes == 0 { deadline = now + limits.headerTimeout }
        headBytes += count
        return .decode
    }

    /// There is no memory for bytes of a head.
    func memoryRefused() -> Action { .refuseHead(.memory) }

    /// Forgets the bytes of a head.
    ///
    /// - Returns: The bytes whose memory is to be given back.
    mutating func releaseHead() -> Int {
        defer { headBytes = 0 }
        return headBytes
    }

    /// The head of a request is complete. The memory of its bytes is to be given back: ``releaseHead()``.
    mutating func began(_ head: HTTPRequestHead, now: NIODeadline) -> Action {
        guard phase == .idle else { return .discard }
        forgetRequest(now)
        version = head.version
        keepsAlive = head.isKeepAlive && !isDraining && !isInputClosed
        isHead = head.method == .HEAD
        hasBody = Self.hasBody(head)
        awaitsContinue = hasBody && !version.isBeforeHTTP11 && Self.expectsContinue(head)
        deadline = now + limits.bodyTimeout
        return .route
    }

    private mutating func forgetRequest(_ now: NIODeadline) {
        (startedAt, bodyBytes, awaitsContinue, isAnswerBegun, hasBodyEnded) = (now, 0, false, false, false)
    }

    private static func hasBody(_ head: HTTPRequestHead) -> Bool {
        head.headers.contains(name: "transfer-encoding") || (head.headers.first(name: "content-length") ?? "0") != "0"
    }

    private static func expectsContinue(_ head: HTTPRequestHead) -> Bool {
        head.headers.first(name: "expect")?.lowercased() == "100-continue"
    }

    // MARK: Bodies

    /// The request is a report whose body is read here.
    mutating func readReport() {
        assert(phase == .idle, "a request is under way")
        phase = .readingReport
    }

    /// The API gets the request.
    mutating func forward() {
        assert(phase == .idle, "a request is under way")
        phase = .forwarded(hasEnded: false)
        hasForwarded = true
    }

    /// Whether the client is to be asked, now and once, for the body that it holds back.
    mutating func takeContinue() -> Bool {
        defer { awaitsContinue = false }
        return awaitsContinue
    }

    /// Whether something was forwarded since the question was asked last.
    mutating func takeForwarded() -> Bool {
        defer { hasForwarded = false }
        return hasForwarded
    }

    /// So many bytes of a body have come.
    mutating func bodyReceived(_ count: Int, now: NIODeadline) -> Action {
        awaitsContinue = false
        switch phase {
        case .readingReport: return .append
        case .forwarded:
            hasForwarded = true
            appended(count)
            return .forward
        case .discarding(let remaining):
            guard remaining > count else { return linger(now) }
            phase = .discarding(remaining: remaining - count)
            return .discard
        case .idle, .committing, .lingering, .closed: return .discard
        }
    }

    /// So many bytes of a body were taken. A long body may take long, but never come slower than the limit's pace.
    mutating func appended(_ count: Int) {
        bodyBytes += count
        let pace = Int64(bodyBytes / max(limits.bodyBytesPerSecond, 1))
        deadline = startedAt + limits.bodyTimeout + .seconds(pace)
    }

    /// The request is complete.
    mutating func ended(now: NIODeadline) -> Action {
        awaitsContinue = false
        switch phase {
        case .readingReport: return .resolve
        case .forwarded:
            phase = .forwarded(hasEnded: true)
            hasForwarded = true
            deadline = isInputClosed && !isAnswerBegun ? now + Self.patienceWithHalfClosed : .distantFuture
            return .forward
        case .discarding: return finish(wait: limits.idleTimeout, now)
        case .idle, .committing, .lingering, .closed: return .discard
        }
    }

    // MARK: Answers to reports

    /// The report is in the queue.
    mutating func enqueued() {
        assert(phase == .readingReport, "a report was queued that was not read")
        phase = .committing
        deadline = .distantFuture
    }

    /// Whether a report waits for its answer; false when it completes after the connection was closed.
    var owesAnswer: Bool { phase == .committing }

    /// An answer is written, and then this is done. To be said before the write: the next request may be delivered from
    /// inside it.
    ///
    /// - Parameters:
    ///   - hasEnded: Whether all of the request has come; else the remaining part is read and dropped within bounds.
    ///   - closes: Whether the answer is the last one in any case.
    mutating func answered(hasEnded: Bool, closes: Bool = false, now: NIODeadline) -> Action {
        awaitsContinue = false
        if !hasEnded || closes || isDraining || isInputClosed { keepsAlive = false }
        return hasEnded ? finish(wait: limits.idleTimeout, now) : discardBody(now)
    }

    /// An answer is written to what is no request yet, and then this is done.
    mutating func headRefused(now: NIODeadline) -> Action {
        forgetRequest(now)
        keepsAlive = false
        return linger(now)
    }

    // MARK: Answers of the API

    /// Whether the API has a request, so that what it writes is an answer.
    var isForwarded: Bool { if case .forwarded = phase { true } else { false } }

    /// The head of an answer is written.
    mutating func answerBegun() {
        // A client that still holds its body back may send the next request instead of it. Any other body is read to its
        // end and dropped, so that what follows on the connection does not depend on when it comes.
        if awaitsContinue || isDraining { keepsAlive = false }
        awaitsContinue = false
        isAnswerBegun = true
        if phase == .forwarded(hasEnded: true) { deadline = .distantFuture }
    }

    /// A chunk of an answer is written. A long answer may pause as it likes; a client that does not read it may not.
    mutating func answerContinued(now: NIODeadline) {
        if phase == .forwarded(hasEnded: true) { deadline = now + limits.writeTimeout }
    }

    /// The end of an answer is written, and then this is done. To be said before the write.
    ///
    /// - Parameter hasUnsent: Whether the socket has not taken all of the answer.
    mutating func answerEnded(hasUnsent: Bool, now: NIODeadline) -> Action {
        assert(isForwarded, "the API has answered what it was not asked")
        guard phase == .forwarded(hasEnded: true) else { return discardBody(now) }
        let action = finish(wait: hasUnsent ? limits.writeTimeout : limits.idleTimeout, now)
        // The peer's end is waited for when the peer can have all of the answer.
        if hasUnsent, phase == .lingering { deadline = now + limits.writeTimeout }
        return action
    }

    /// The socket has taken a chunk of an answer.
    ///
    /// - Parameter hasUnsent: Whether it has not taken all of them.
    mutating func sent(hasUnsent: Bool, now: NIODeadline) {
        switch phase {
        case .forwarded(hasEnded: true): deadline = hasUnsent ? now + limits.writeTimeout : .distantFuture
        case .idle where !hasUnsent && headBytes == 0: deadline = now + limits.idleTimeout
        case .lingering: deadline = now + (hasUnsent ? limits.writeTimeout : Self.lingerTimeout)
        default: break
        }
    }

    // MARK: Ending

    /// The deadline has passed.
    mutating func deadlinePassed(now: NIODeadline) -> Action {
        deadline = .distantFuture
        switch phase {
        case .readingReport: return .refuse(.timeout)
        case .idle where headBytes > 0: return .refuseHead(.timeout)
        case .discarding: return linger(now)
        case .forwarded(hasEnded: true) where isInputClosed && !isAnswerBegun: return probe(now)
        case .forwarded(hasEnded: false) where !hasBodyEnded && !isAnswerBegun: return endBody(now)
        default: return .close
        }
    }

    /// The API answers what came of the body, and the connection ends then.
    private mutating func endBody(_ now: NIODeadline) -> Action {
        (hasBodyEnded, keepsAlive) = (true, false)
        deadline = now + limits.writeTimeout
        return .endBody
    }

    /// The client has ended its side, which it may have done in order to leave: then its machine resets the connection
    /// when something is written, and the API need not continue. A client that waits ignores the interim answer (RFC 9110,
    /// section 15.2).
    private mutating func probe(_ now: NIODeadline) -> Action {
        guard !version.isBeforeHTTP11 else { return .wait }
        deadline = now + Self.patienceWithHalfClosed
        return .probe
    }

    /// The peer sends nothing more.
    mutating func inputClosed(now: NIODeadline) -> Action {
        isInputClosed = true
        keepsAlive = false
        switch phase {
        case .idle, .readingReport, .discarding, .lingering: return .close
        // The answer is still owed.
        case .committing, .closed: return .wait
        case .forwarded(let hasEnded):
            if hasEnded, !isAnswerBegun { deadline = now + Self.patienceWithHalfClosed }
            return .forward
        }
    }

    /// What has come is no HTTP.
    mutating func parserFailed(now: NIODeadline) -> Action {
        switch phase {
        case .idle:
            // The request that can't be read is not the one before it.
            forgetRequest(now)
            return .refuse(.unreadable)
        case .readingReport: return .refuse(.unreadable)
        // The answer is still owed.
        case .committing:
            keepsAlive = false
            return .wait
        case .forwarded:
            keepsAlive = false
            return .forward
        case .discarding: return linger(now)
        case .lingering, .closed: return .wait
        }
    }

    /// The channel has failed.
    func failed() -> Action { phase == .lingering || phase == .closed ? .wait : .close }

    /// The server is stopping. A request that was taken is answered, and the answer closes.
    mutating func drain() -> Action {
        isDraining = true
        keepsAlive = false
        return phase == .idle ? .close : .wait
    }

    /// Whether the API has a request of which not all has come, so that it must learn when no more of it comes.
    var owesBody: Bool { phase == .forwarded(hasEnded: false) }

    /// The connection is closed, by either side.
    mutating func closed() {
        phase = .closed
    }

    private mutating func discardBody(_ now: NIODeadline) -> Action {
        phase = .discarding(remaining: limits.discardedBytes)
        deadline = now + limits.discardTimeout
        return .wait
    }

    private mutating func finish(wait: TimeAmount, _ now: NIODeadline) -> Action {
        guard keepsAlive else { return linger(now) }
        phase = .idle
        deadline = now + wait
        return .wait
    }

    /// Ends the answering side and waits a moment for the peer's end, so that a reset does not swallow the answer.
    private mutating func linger(_ now: NIODeadline) -> Action {
        guard !isInputClosed else {
            phase = .closed
            return .close
        }
        phase = .lingering
        deadline = now + Self.lingerTimeout
        return .closeOutput
    }
}
