import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import AssetlogHTTP

/// An HTTP/1 connection without a socket: the real decoder reads the bytes; the clock, the memory, the log and the API are
/// the script's. `POST /report…` is a report, `/refused…` is refused at once, and all else is the API's.
struct HTTP1Script {
    enum Step: Sendable {
        case receive(String)
        /// The next bytes of a head find no memory.
        case refuseMemory
        /// The log has made the report durable that is in its queue.
        case commit
        /// The API asks for the body, begins its answer, writes a chunk of it, and ends it.
        case apiReads, apiBegins, apiWrites, apiEnds
        /// The API answers at once.
        case apiAnswers
        /// The socket has taken all chunks of the API's answer.
        case socketTakes
        case endInput
        case drain
        /// So many seconds go by. When the deadline has passed at their end, the log says when that was.
        case pass(Int)
        case fail
        /// The decoder has failed while an answer is owed; most often it is known only after that.
        case parserFails
        case closed
    }

    private(set) var state: HTTP1State
    /// What was done, in order.
    private(set) var log: [String] = []
    private let decoder: EmbeddedChannel
    // Nil: the decoder has failed.
    private var parts: [HTTPServerRequestPart?] = []
    private var now = NIODeadline.uptimeNanoseconds(1)
    private var elapsed = 0
    private var hasMemory = true
    private var target = ""
    private var body = ""
    private var unsentChunks = 0
    // One request is delivered at a time: the next one when it has ended, and its answer.
    private var hasRequestEnded = true
    private var hasAnswerEnded = true

    init(limits: HTTPLimits = .init(), isDraining: Bool = false) throws {
        state = HTTP1State(limits: limits, isDraining: isDraining, now: now)
        let requestDecoder = RequestDecoder(limits: .init())
        decoder = EmbeddedChannel(handlers: [ByteToMessageHandler(requestDecoder), UpgradeWatcher(requestDecoder)])
    }

    /// What is done in a sequence of steps.
    static func log(of steps: [Step], limits: HTTPLimits = .init(), isDraining: Bool = false) throws -> [String] {
        var script = try HTTP1Script(limits: limits, isDraining: isDraining)
        for step in steps { script.take(step) }
        script.finish()
        return script.log
    }

    /// Ends the decoder.
    func finish() {
        _ = try? decoder.finish(acceptAlreadyClosed: true)
    }

    mutating func take(_ step: Step) {
        switch step {
        case .receive(let text): receive(Array(text.utf8))
        case .refuseMemory: hasMemory = false
        case .commit: if state.owesAnswer { answer() }
        case .apiReads: askForBody()
        case .apiBegins: beginAnswer()
        case .apiWrites:
            unsentChunks += 1
            state.answerContinued(now: now)
        case .apiEnds: endAnswer()
        case .apiAnswers:
            beginAnswer()
            endAnswer()
        case .socketTakes:
            unsentChunks = 0
            state.sent(hasUnsent: false, now: now)
        case .endInput: perform(state.inputClosed(now: now))
        case .drain: perform(state.drain())
        case .pass(let seconds):
            now = now + .seconds(Int64(seconds))
            elapsed += seconds
            guard state.deadline <= now else { break }
            log.append("\(elapsed) s")
            perform(state.deadlinePassed(now: now))
        case .fail: perform(state.failed())
        case .parserFails: perform(state.parserFailed(now: now))
        case .closed: state.closed()
        }
    }

    // MARK: Reading

    mutating func receive(_ bytes: [UInt8]) {
        switch state.received() {
        case .account where !hasMemory: return perform(state.memoryRefused())
        case .account: #expect(state.headGranted(bytes.count, now: now) == .decode)
        case .discard: return log.append("discard")
        default: break
        }
        do {
            try decoder.writeInbound(ByteBuffer(bytes: bytes))
            readParts()
        } catch {
            readParts()
            parts.append(nil)
        }
        deliver()
    }

    private mutating func readParts() {
        while let part = try? decoder.readInbound(as: HTTPServerRequestPart.self) { parts.append(part) }
    }

    private mutating func deliver() {
        while !hasRequestEnded || hasAnswerEnded, !parts.isEmpty {
            switch parts.removeFirst() {
            case .head(let head): begin(head)
            case .body(let bytes): receiveBody(String(buffer: bytes))
            case .end: end()
            case nil: perform(state.parserFailed(now: now))
            }
        }
    }

    private mutating func begin(_ head: HTTPRequestHead) {
        (hasRequestEnded, hasAnswerEnded) = (false, false)
        guard state.began(head, now: now) == .route else { return }
        _ = state.releaseHead()
        (target, body) = (head.uri, "")
        if head.uri.hasPrefix("/refused") {
            answer(hasEnded: !state.hasBody)
        } else if head.method == .POST, head.uri.hasPrefix("/report") {
            state.readReport()
            askForBody()
        } else {
            state.forward()
        }
    }

    private mutating func receiveBody(_ text: String) {
        switch state.bodyReceived(text.utf8.count, now: now) {
        case .append:
            body += text
            state.appended(text.utf8.count)
        case .forward: body += text
        case let action: perform(action)
        }
    }

    private mutating func end() {
        hasRequestEnded = true
        switch state.ended(now: now) {
        case .resolve:
            state.enqueued()
            log.append("queue \(target) \(body)")
        case .forward: log.append("forward \(target) \(body)")
        case let action: perform(action)
        }
    }

    // MARK: Answering

    private mutating func askForBody() {
        if state.takeContinue() { log.append("continue") }
    }

    private mutating func answer(hasEnded: Bool = true, _ text: String? = nil) {
        perform(answering: state.answered(hasEnded: hasEnded, now: now), text ?? target)
    }

    private mutating func beginAnswer() {
        if state.isForwarded { state.answerBegun() }
    }

    private mutating func endAnswer() {
        guard state.isForwarded else { return log.append("nothing was asked") }
        perform(answering: state.answerEnded(hasUnsent: unsentChunks > 0, now: now), target)
    }

    private mutating func perform(answering action: HTTP1State.Action, _ text: String) {
        log.append("answer \(text)\(state.keepsAlive ? "" : ", the last one")")
        perform(action)
        hasAnswerEnded = true
        deliver()
    }

    private mutating func perform(_ action: HTTP1State.Action) {
        switch action {
        case .wait, .account, .decode, .discard, .route, .append, .resolve: break
        case .forward: log.append("forward the event")
        case .endBody: log.append("end the body")
        case .probe: log.append("probe")
        case .closeOutput: log.append("close the output")
        case .close:
            log.append("close")
            state.closed()
        case .refuse(.unreadable):
            perform(answering: state.answered(hasEnded: true, closes: true, now: now), "unreadable")
        case .refuse(let refusal): answer(hasEnded: false, "\(refusal)")
        case .refuseHead(let refusal):
            log.append("answer \(refusal), the last one")
            perform(state.headRefused(now: now))
        }
    }
}
