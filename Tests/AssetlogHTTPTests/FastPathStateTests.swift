import AssetlogCore
import NIOCore
import Testing

@testable import AssetlogHTTP

private func report(_ target: String, _ fields: String = "", body: String = "") -> String {
    "POST \(target) HTTP/1.1\r\nHost: x\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

/// The beginning of a report that announces a longer body than it has.
private func incomplete(_ target: String, announced: Int, sent: Int) -> String {
    "POST \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: \(announced)\r\n\r\n" + String(repeating: " ", count: sent)
}

private func chunked(_ target: String, _ chunks: String...) -> String {
    let body = (chunks + [""]).map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }
    return "POST \(target) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(body.joined())"
}

/// The beginning of a report in chunks.
private func chunks(_ target: String, _ body: String) -> String {
    "POST \(target) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(body)"
}

private let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
private let offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"

/// What a connection does in a sequence of steps.
struct FastPathCase: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var steps: [FastPathScript.Step]
    var log: [String]

    init(_ name: String, _ steps: [FastPathScript.Step], _ log: [String]) {
        (testDescription, self.steps, self.log) = (name, steps, log)
    }
}

@Suite("The state of a fast path")
struct FastPathStateTests {
    // MARK: Commits that wait for others

    @Test(
        "lets a report's commit wait for others only if its client paused since the last answer, or since it connected",
        arguments: [(0, false), (49, false), (50, true), (60_000, true)] as [(Int64, Bool)])
    func followsPause(milliseconds: Int64, mayGather: Bool) {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var state = FastPathState(limits: .init(), isDraining: false, now: start)
        #expect(state.followsPause(at: start + .milliseconds(milliseconds)) == mayGather)
        _ = state.answered(closes: false, now: start + .seconds(600))
        #expect(state.followsPause(at: start + .seconds(600) + .milliseconds(milliseconds)) == mayGather)
    }

    // MARK: Cuts of the bytes

    private static let requests =
        report("/a", body: "{}") + report("/refused") + chunked("/b", "{}", "x")
        + report("/c", offer, body: String(repeating: " ", count: 300))
        + report("/refused", body: "[]") + report("/d", "User-Agent: y\r\n") + report("/e", "Connection: close\r\n", body: "{}")
        + report("/f")

    private static let outcome =
        ["/a", "/refused", "/b", "/c", "/refused", "/d", "/e"].flatMap { target in
            target == "/refused" ? ["answer /refused"] : ["queue \(target)", "answer \(target)"]
        } + ["close"]

    @Test("does not depend on how the bytes are cut, nor on when the log commits", arguments: 1...50)
    func cuts(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var script = FastPathScript()
        var remaining = Array(Self.requests.utf8)[...]
        // Byte by byte at first, and then in chunks.
        let longest = seed == 1 ? 1 : Int.random(in: 2...900, using: &random)
        while !remaining.isEmpty || script.hasQueuedReport {
            if Bool.random(using: &random) {
                script.take(.commit)
            } else if !remaining.isEmpty {
                let chunk = remaining.prefix(Int.random(in: 1...longest, using: &random))
                remaining = remaining.dropFirst(chunk.count)
                script.receive(Array(chunk))
            }
        }
        #expect(script.log.filter { $0 != "discard" } == Self.outcome)
    }

    @Test("hands over with every byte that is not answered, at the first byte that does not fit", arguments: [1, 2, 10, 1000])
    func handsOver(size: Int) {
        var script = FastPathScript()
        var remaining = Array((report("/a") + get).utf8)[...]
        while script.state.phase != .handedOver, !remaining.isEmpty {
            script.receive(Array(remaining.prefix(size)))
            remaining = remaining.dropFirst(size)
            script.take(.commit)
        }
        let unread = get.utf8.count - remaining.count
        #expect(script.log == ["queue /a", "answer /a", "hand over \(unread) bytes"])
        if size == 1 { #expect(unread == 1) }
    }

    // MARK: Sequences

    private static let pipeliningCases: [FastPathCase] = [
        FastPathCase(
            "one report is under way at a time", [.receive(report("/a") + report("/b")), .commit, .commit],
            ["queue /a", "answer /a", "queue /b", "answer /b"]),
        FastPathCase(
            "what is refused at once is answered in its turn", [.receive(report("/a") + report("/refused") + report("/b")), .commit],
            ["queue /a", "answer /a", "answer /refused", "queue /b"]),
        FastPathCase(
            "nothing is served after the last request", [.receive(report("/a", "Connection: close\r\n") + report("/b")), .commit],
            ["queue /a", "answer /a", "close"]),
        FastPathCase(
            "nothing is read after the last answer",
            [.receive(report("/a", "Connection: close\r\n")), .commit, .receive(report("/b"))],
            ["queue /a", "answer /a", "close", "discard"]),
        FastPathCase(
            "a client that reads no answers is not served", [.receive(report("/a")), .blockWrites, .commit, .receive(report("/b"))],
            ["queue /a", "answer /a"]),
        FastPathCase(
            "it is served when it reads again",
            [.blockWrites, .receive(report("/a")), .pass(29), .allowWrites, .commit], ["queue /a", "answer /a"]),
        FastPathCase(
            "it is not read from while it sends far ahead, and is again after the answer",
            [.receive(report("/a")), .read, .receive(String(repeating: report("/refused"), count: 1500)), .read, .commit],
            ["queue /a", "read", "hold the read", "answer /a"] + Array(repeating: "answer /refused", count: 1500) + ["read"]),
        FastPathCase(
            "the remaining bytes of a long body behind a report are read",
            [
                .receive(report("/a")), .receive(incomplete("/b", announced: 65_530, sent: 65_500)), .read, .commit,
                .receive(String(repeating: " ", count: 30)), .commit,
            ],
            ["queue /a", "hold the read", "answer /a", "read", "queue /b", "answer /b"]),
        FastPathCase(
            "a connection that is gone is not answered", [.receive(report("/a")), .closed, .commit], ["queue /a", "no answer is owed"]),
    ]

    private static let handOverCases: [FastPathCase] = [
        FastPathCase(
            "a body in chunks of a report", [.receive(chunks("/a", "2\r\n{}")), .receive("\r\n0\r\n\r"), .receive("\n")], ["queue /a"]),
        FastPathCase(
            "a body in chunks of something else, before it is complete", [.receive(chunks("/api", "2\r\n{}"))],
            ["hand over \(chunks("/api", "2\r\n{}").utf8.count) bytes"]),
        FastPathCase(
            "a body in chunks with an extension", [.receive(chunks("/a", "2")), .receive(";x=y\r\n")],
            ["hand over \((chunks("/a", "2") + ";x=y\r\n").utf8.count) bytes"]),
        FastPathCase("another method", [.receive(get)], ["hand over \(get.utf8.count) bytes"]),
        FastPathCase(
            "a body that is held back", [.receive("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n")],
            ["hand over 49 bytes"]),
        FastPathCase(
            "a body that is too long", [.receive(incomplete("/a", announced: 65_537, sent: 0))], ["hand over 52 bytes"]),
        FastPathCase("the longest body", [.receive(incomplete("/a", announced: 65_536, sent: 65_536))], ["queue /a"]),
        FastPathCase("an offer of another protocol changes nothing", [.receive(report("/a", offer))], ["queue /a"]),
        FastPathCase(
            "what is behind a report waits for its answer", [.receive(report("/a") + get), .endInput, .commit],
            ["queue /a", "answer /a", "hand over \(get.utf8.count) bytes"]),
        FastPathCase(
            "everything that comes later is passed on", [.receive(get), .receive("x"), .endInput],
            ["hand over \(get.utf8.count) bytes", "forward", "forward"]),
    ]

    private static let halfClosedCases: [FastPathCase] = [
        FastPathCase("between requests it is closed", [.receive(report("/a")), .commit, .endInput], ["queue /a", "answer /a", "close"]),
        FastPathCase("in a head it is closed", [.receive("POST /a HT"), .endInput], ["close"]),
        FastPathCase(
            "in a body it is for the HTTP/1 handler to refuse", [.receive(incomplete("/a", announced: 9, sent: 3)), .endInput],
            ["hand over \(incomplete("/a", announced: 9, sent: 3).utf8.count) bytes"]),
        FastPathCase("its report is answered", [.receive(report("/a")), .endInput, .commit], ["queue /a", "answer /a", "close"]),
        FastPathCase(
            "all its reports are answered", [.receive(report("/a") + report("/b")), .endInput, .commit, .commit],
            ["queue /a", "answer /a", "queue /b", "answer /b", "close"]),
        FastPathCase(
            "what it has begun is refused after that",
            [.receive(report("/a") + incomplete("/b", announced: 9, sent: 3)), .endInput, .commit],
            ["queue /a", "answer /a", "hand over \(incomplete("/b", announced: 9, sent: 3).utf8.count) bytes"]),
    ]

    private static let drainCases: [FastPathCase] = [
        FastPathCase("an idle connection is closed", [.drain], ["close"]),
        FastPathCase("one that has been served is closed", [.receive(report("/a")), .commit, .drain], ["queue /a", "answer /a", "close"]),
        FastPathCase(
            "a report under way is answered, and no other", [.receive(report("/a") + report("/b")), .drain, .commit],
            ["queue /a", "answer /a", "close"]),
        FastPathCase(
            "a request that has begun is answered", [.receive("POST /a HTTP/1.1\r\nHo"), .drain, .receive("st: x\r\n\r\n"), .commit],
            ["queue /a", "answer /a", "close"]),
        FastPathCase(
            "so is one whose body has begun",
            [.receive(incomplete("/a", announced: 9, sent: 3)), .drain, .receive("      "), .commit],
            ["queue /a", "answer /a", "close"]),
    ]

    private static let timeoutCases: [FastPathCase] = [
        FastPathCase("a silent connection is closed", [.pass(14), .pass(1)], ["15 s", "close"]),
        FastPathCase("a slow head is refused", [.pass(10), .receive("POST"), .pass(14), .pass(1)], ["25 s", "refuse: timeout"]),
        FastPathCase(
            "more of a head does not give it more time", [.receive("P"), .pass(14), .receive("OST"), .pass(1)], ["15 s", "refuse: timeout"]),
        FastPathCase(
            "a slow body is refused", [.receive(incomplete("/a", announced: 9, sent: 3)), .pass(29), .pass(1)], ["30 s", "refuse: timeout"]),
        FastPathCase(
            "more of a body does not give it more time",
            [.receive(incomplete("/a", announced: 9, sent: 3)), .pass(29), .receive("x"), .pass(1)], ["30 s", "refuse: timeout"]),
        FastPathCase("a report may wait for its commit", [.receive(report("/a")), .pass(10_000), .commit], ["queue /a", "answer /a"]),
        FastPathCase(
            "the next request may take its time", [.receive(report("/a")), .commit, .pass(74), .pass(1)],
            ["queue /a", "answer /a", "75 s", "close"]),
        FastPathCase(
            "the beginning of a head behind a report is timed as any", [.receive(report("/a") + "POST"), .commit, .pass(14), .pass(1)],
            ["queue /a", "answer /a", "15 s", "refuse: timeout"]),
        FastPathCase(
            "what a client sends that reads no answers gives it no more time",
            [.blockWrites, .receive(report("/a")), .pass(29), .receive("x"), .pass(1)], ["30 s", "refuse: timeout"]),
        FastPathCase(
            "a client that reads no answers is refused", [.blockWrites, .receive(report("/a")), .pass(29), .pass(1)],
            ["30 s", "refuse: timeout"]),
    ]

    private static let memoryCases: [FastPathCase] = [
        FastPathCase(
            "a client that reads no answers is not read from for long",
            [.blockWrites, .receive(report("/a")), .read, .receive(incomplete("/b", announced: 65_536, sent: 65_536)), .read],
            ["read", "hold the read"]),
        FastPathCase("a request is refused", [.receive("POST"), .refuseMemory], ["refuse: memory"]),
        FastPathCase(
            "a report under way is answered before what came behind it is refused",
            [.receive(report("/a")), .receive(report("/b")), .refuseMemory, .receive(report("/c")), .read, .commit],
            ["queue /a", "discard", "discard", "hold the read", "answer /a", "refuse: memory"]),
    ]

    @Test("takes no longer bodies than the server does")
    func bodyLimit() {
        var limits = ServerLimits()
        limits.bodyBytes = 100
        let body = String(repeating: " ", count: 101)
        for request in [report("/a", body: body), chunked("/a", body)] {
            #expect(FastPathScript.log(of: [.receive(request)], limits: HTTPLimits(limits)) == ["hand over \(request.utf8.count) bytes"])
        }
        #expect(FastPathScript.log(of: [.receive(report("/a", body: " "))], limits: HTTPLimits(limits)) == ["queue /a"])
    }

    @Test("serves requests in order", arguments: pipeliningCases)
    func pipelining(_ example: FastPathCase) { check(example) }

    @Test("hands over what is not for it", arguments: handOverCases)
    func handOvers(_ example: FastPathCase) { check(example) }

    @Test("owes a client that sends nothing more its answers", arguments: halfClosedCases)
    func halfClosed(_ example: FastPathCase) { check(example) }

    @Test("finishes what is under way when the server stops", arguments: drainCases)
    func drains(_ example: FastPathCase) { check(example) }

    @Test("cuts what is too slow", arguments: timeoutCases)
    func timeouts(_ example: FastPathCase) { check(example) }

    @Test("keeps within the memory", arguments: memoryCases)
    func memory(_ example: FastPathCase) { check(example) }

    @Test("closes after the first answer when the server stopped before the connection was there")
    func opensLate() {
        #expect(FastPathScript.log(of: [.receive(report("/a")), .commit], isDraining: true) == ["queue /a", "answer /a", "close"])
    }

    private func check(_ example: FastPathCase) {
        #expect(FastPathScript.log(of: example.steps) == example.log)
    }
}
