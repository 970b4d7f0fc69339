import NIOCore
import Testing

@testable import AssetlogHTTP

/// A fast path without a socket: the bytes, the clock, the memory and the log are the script's.
struct FastPathScript {
    enum Step: Sendable {
        case receive(String)
        /// The log has made the report durable that is in its queue.
        case commit
        case endInput
        case drain
        /// So many seconds go by. When the deadline has passed at their end, the log says when that was.
        case pass(Int)
        /// The client reads no answers, or reads them again.
        case blockWrites, allowWrites
        /// There is no memory for the unread bytes.
        case refuseMemory
        /// The channel wants to read.
        case read
        case closed
    }

    private(set) var state: FastPathState
    /// What was done, in order.
    private(set) var log: [String] = []
    private var unread: [UInt8] = []
    private var now = NIODeadline.uptimeNanoseconds(1)
    private var elapsed = 0
    private var isWritable = true
    private var queued: String?

    init(limits: HTTPLimits = .init(), isDraining: Bool = false) {
        state = FastPathState(limits: limits, isDraining: isDraining, now: now)
    }

    /// What is done in a sequence of steps.
    static func log(of steps: [Step], limits: HTTPLimits = .init(), isDraining: Bool = false) -> [String] {
        var script = FastPathScript(limits: limits, isDraining: isDraining)
        for step in steps { script.take(step) }
        return script.log
    }

    var hasQueuedReport: Bool { queued != nil }

    mutating func take(_ step: Step) {
        switch step {
        case .receive(let text): receive(Array(text.utf8))
        case .commit: commit()
        case .endInput: perform(state.inputClosed())
        case .drain: perform(state.drain(unread: unread.count))
        case .pass(let seconds):
            now = now + .seconds(Int64(seconds))
            elapsed += seconds
            guard state.deadline <= now else { break }
            log.append("\(elapsed) s")
            perform(state.deadlinePassed(unread: unread.count))
        case .blockWrites: isWritable = false
        case .allowWrites:
            isWritable = true
            process()
            perform(state.resume())
        case .refuseMemory: perform(state.memoryRefused())
        case .read: log.append(state.mayRead(unread: unread.count) ? "read" : "hold the read")
        case .closed: state.closed()
        }
    }

    mutating func receive(_ bytes: [UInt8]) {
        let action = state.received(unread: unread.count, now: now)
        guard action == .process else { return perform(action) }
        unread += bytes
        process()
    }

    private mutating func process() {
        while true {
            let action = unread.withUnsafeBytes { bytes in
                state.next(in: bytes, isWritable: isWritable, now: now) { !$0.starts(with: "/api".utf8) }
            }
            switch action {
            case .answer: answerFirst()
            case .handOver: return log.append("hand over \(unread.count) bytes")
            default: return
            }
        }
    }

    /// Queues the first request, or refuses that to `/refused` at once.
    private mutating func answerFirst() {
        let target = String(decoding: unread[state.head.target], as: UTF8.self)
        unread.removeFirst(state.requestBytes)
        guard target != "/refused" else { return answer(target) }
        state.enqueued()
        queued = target
        log.append("queue \(target)")
    }

    private mutating func answer(_ target: String) {
        log.append("answer \(target)")
        perform(state.answered(closes: state.closesAfterAnswer, now: now))
    }

    private mutating func commit() {
        guard let target = queued else { return }
        queued = nil
        guard state.owesAnswer else { return log.append("no answer is owed") }
        answer(target)
        process()
        perform(state.resume())
    }

    private mutating func perform(_ action: FastPathState.Action) {
        switch action {
        case .wait, .process, .answer: return
        case .handOver: log.append("hand over \(unread.count) bytes")
        case .forward: log.append("forward")
        case .read: log.append("read")
        case .discard:
            log.append("discard")
            unread = []
        case .close: close("close")
        case .refuse(let refusal):
            _ = state.answered(closes: true, now: now)
            close("refuse: \(refusal)")
        }
    }

    private mutating func close(_ line: String) {
        log.append(line)
        state.closed()
        unread = []
    }
}
