import NIOCore
import Testing

@testable import AssetlogHTTP

private func request(_ line: String, _ fields: String = "", body: String? = nil, isChunked: Bool = false) -> String {
    let framing = body.map { isChunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: \($0.utf8.count)\r\n" } ?? ""
    let head = "\(line) HTTP/1.1\r\nHost: x\r\n\(fields)\(framing)\r\n"
    guard let body, isChunked else { return head + (body ?? "") }
    return head + "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
}

/// A request whose body has not come as a whole.
private func incomplete(_ line: String, _ fields: String = "", announced: Int, sent: String = "") -> String {
    "\(line) HTTP/1.1\r\nHost: x\r\n\(fields)Content-Length: \(announced)\r\n\r\n\(sent)"
}

private let get = request("GET /x")
private let old = "GET /x HTTP/1.0\r\n\r\n"
private let report = request("POST /report", body: "{}")
private let waiting = "Expect: 100-continue\r\n"
private let offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"

/// What a connection does in a sequence of steps.
struct HTTP1Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var steps: [HTTP1Script.Step]
    var log: [String]

    init(_ name: String, _ steps: [HTTP1Script.Step], _ log: [String]) {
        (testDescription, self.steps, self.log) = (name, steps, log)
    }
}

@Suite("The state of an HTTP/1 connection")
struct HTTP1StateTests {
    // MARK: Cuts of the bytes

    private static let requests =
        report + request("GET /x", offer) + request("POST /report/b", offer, body: "abc", isChunked: true)
        + request("PUT /refused") + request("POST /y", body: "text") + request("POST /z", waiting, body: "more", isChunked: true)
        + request("POST /report/c", waiting, body: "12") + request("POST /refused", body: "12345678") + report

    private static let outcome = [
        "queue /report {}", "answer /report", "forward /x ", "answer /x", "queue /report/b abc", "answer /report/b",
        "answer /refused", "forward /y text", "answer /y", "forward /z more", "answer /z", "continue", "queue /report/c 12",
        "answer /report/c", "answer /refused, the last one", "close the output",
    ]

    @Test("does not depend on how the bytes are cut, nor on when the answers come", arguments: 1...50)
    func cuts(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        var script = try HTTP1Script()
        defer { script.finish() }
        var remaining = Array(Self.requests.utf8)[...]
        // Byte by byte at first, and then in chunks.
        let longest = seed == 1 ? 1 : Int.random(in: 2...400, using: &random)
        while script.state.phase != .lingering {
            let isAnswerDue = script.state.owesAnswer || script.state.phase == .forwarded(hasEnded: true)
            if isAnswerDue, remaining.isEmpty || Bool.random(using: &random) {
                script.take(script.state.owesAnswer ? .commit : .apiAnswers)
            } else if !remaining.isEmpty {
                let chunk = remaining.prefix(Int.random(in: 1...longest, using: &random))
                remaining = remaining.dropFirst(chunk.count)
                script.receive(Array(chunk))
            }
        }
        #expect(script.log == Self.outcome)
    }

    // MARK: Sequences

    private static let orderCases: [HTTP1Case] = [
        HTTP1Case(
            "the next request waits for the answer", [.receive(report + get), .commit, .apiAnswers],
            ["queue /report {}", "answer /report", "forward /x ", "answer /x"]),
        HTTP1Case(
            "so does what is refused at once", [.receive(get + request("PUT /refused")), .apiAnswers],
            ["forward /x ", "answer /x", "answer /refused"]),
        HTTP1Case(
            "nothing follows an old request", [.receive(old + get), .apiAnswers],
            ["forward /x ", "answer /x, the last one", "close the output"]),
        HTTP1Case(
            "nothing follows what was the last one",
            [.receive(request("GET /x", "Connection: close\r\n") + get), .apiAnswers, .receive(get)],
            ["forward /x ", "answer /x, the last one", "close the output", "discard"]),
        HTTP1Case(
            "an offer of another protocol changes nothing", [.receive(request("GET /x", offer) + report), .apiAnswers, .commit],
            ["forward /x ", "answer /x", "queue /report {}", "answer /report"]),
        HTTP1Case(
            "but a request for a tunnel ends the connection", [.receive("CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n" + get), .apiAnswers],
            ["forward x:1 ", "answer x:1, the last one", "close the output"]),
        HTTP1Case(
            "what comes of a refused body is dropped",
            [.receive(incomplete("POST /refused", announced: 9, sent: "abc")), .receive("defghi")],
            ["answer /refused, the last one", "close the output"]),
        HTTP1Case(
            "not more than the limit of it",
            [.receive(incomplete("POST /refused", announced: 900, sent: String(repeating: "a", count: 99))), .receive("a")],
            ["answer /refused, the last one", "close the output"]),
        HTTP1Case(
            "the remaining body of what the API has answered is dropped, and the connection goes on",
            [.receive(incomplete("POST /x", announced: 9, sent: "abc")), .apiAnswers, .receive("defghi" + report), .commit],
            ["answer /x", "queue /report {}", "answer /report"]),
        HTTP1Case("a connection that is gone is not answered", [.receive(report), .closed, .commit], ["queue /report {}"]),
    ]

    private static let continueCases: [HTTP1Case] = [
        HTTP1Case(
            "a report is asked for its body", [.receive(incomplete("POST /report", waiting, announced: 2)), .receive("{}"), .commit],
            ["continue", "queue /report {}", "answer /report"]),
        HTTP1Case(
            "what is refused is not", [.receive(incomplete("POST /refused", waiting, announced: 2))],
            ["answer /refused, the last one"]),
        HTTP1Case(
            "the API asks when it reads, and once",
            [.receive(incomplete("POST /x", waiting, announced: 2)), .apiReads, .apiReads, .receive("{}")],
            ["continue", "forward /x {}"]),
        HTTP1Case("it does not ask for what has come", [.receive(request("POST /x", waiting, body: "a")), .apiReads], ["forward /x a"]),
        HTTP1Case(
            "it does not ask when it has answered, and the client may send something else",
            [.receive(incomplete("POST /x", waiting, announced: 2)), .apiAnswers, .apiReads], ["answer /x, the last one"]),
        HTTP1Case("there is nothing to ask for without a body", [.receive(request("GET /x", waiting)), .apiReads], ["forward /x "]),
        HTTP1Case(
            "an old client is not asked", [.receive("POST /x HTTP/1.0\r\n\(waiting)Content-Length: 1\r\n\r\n"), .apiReads, .receive("a")],
            ["forward /x a"]),
    ]

    private static let halfClosedCases: [HTTP1Case] = [
        HTTP1Case("between requests it is closed", [.endInput], ["close"]),
        HTTP1Case("in a head it is closed", [.receive("GET /x HT"), .endInput], ["close"]),
        HTTP1Case("in the body of a report it is closed", [.receive(incomplete("POST /report", announced: 2)), .endInput], ["close"]),
        HTTP1Case(
            "in a refused body it is closed", [.receive(incomplete("POST /refused", announced: 2)), .endInput],
            ["answer /refused, the last one", "close"]),
        HTTP1Case(
            "its report is answered", [.receive(report + report), .endInput, .commit],
            ["queue /report {}", "answer /report, the last one", "close"]),
        HTTP1Case(
            "the API learns of it, and answers it", [.receive(get), .endInput, .apiAnswers],
            ["forward /x ", "forward the event", "answer /x, the last one", "close"]),
        HTTP1Case(
            "it is asked each second whether it is there", [.receive(get), .endInput, .pass(1), .pass(1), .apiAnswers],
            ["forward /x ", "forward the event", "1 s", "probe", "2 s", "probe", "answer /x, the last one", "close"]),
        HTTP1Case(
            "not before a second", [.receive(get), .endInput, .pass(0), .apiAnswers],
            ["forward /x ", "forward the event", "answer /x, the last one", "close"]),
        HTTP1Case(
            "not when it is being answered", [.receive(get), .endInput, .apiBegins, .pass(10), .apiEnds],
            ["forward /x ", "forward the event", "answer /x, the last one", "close"]),
        HTTP1Case(
            "not when it would take that for the answer", [.receive(old), .endInput, .pass(1), .pass(10), .apiAnswers],
            ["forward /x ", "forward the event", "1 s", "answer /x, the last one", "close"]),
    ]

    private static let drainCases: [HTTP1Case] = [
        HTTP1Case("an idle connection is closed", [.drain], ["close"]),
        HTTP1Case("one that has been served is closed", [.receive(get), .apiAnswers, .drain], ["forward /x ", "answer /x", "close"]),
        HTTP1Case(
            "a report whose body is read is recorded",
            [.receive(incomplete("POST /report", announced: 2)), .drain, .receive("{}" + get), .commit],
            ["queue /report {}", "answer /report, the last one", "close the output"]),
        HTTP1Case(
            "a report under way is answered", [.receive(report + get), .drain, .commit],
            ["queue /report {}", "answer /report, the last one", "close the output"]),
        HTTP1Case(
            "the API answers", [.receive(get), .drain, .apiAnswers], ["forward /x ", "answer /x, the last one", "close the output"]),
        HTTP1Case(
            "the API ends what it has begun to answer", [.receive(get), .apiBegins, .drain, .apiEnds],
            ["forward /x ", "answer /x, the last one", "close the output"]),
    ]

    private static let timeoutCases: [HTTP1Case] = [
        HTTP1Case("a silent connection is closed", [.pass(14), .pass(1)], ["15 s", "close"]),
        HTTP1Case(
            "a slow head is refused", [.pass(10), .receive("GET"), .pass(14), .pass(1)],
            ["25 s", "answer timeout, the last one", "close the output"]),
        HTTP1Case(
            "more of a head does not give it more time", [.receive("G"), .pass(14), .receive("ET"), .pass(1)],
            ["15 s", "answer timeout, the last one", "close the output"]),
        HTTP1Case(
            "a slow body of a report is refused, and what comes of it is dropped",
            [.receive(incomplete("POST /report", announced: 2)), .pass(29), .pass(1), .receive("{}")],
            ["30 s", "answer timeout, the last one", "close the output"]),
        HTTP1Case(
            "a long body has a second more for each \(16 << 10) bytes",
            [.receive(incomplete("POST /report", announced: 1 << 20, sent: String(repeating: "a", count: 32 << 10))), .pass(31), .pass(1)],
            ["32 s", "answer timeout, the last one"]),
        HTTP1Case(
            "a slow body is ended for the API, which answers",
            [.receive(incomplete("POST /x", announced: 2)), .pass(29), .pass(1), .apiAnswers],
            ["30 s", "end the body", "answer /x, the last one"]),
        HTTP1Case(
            "an API that does not answer then is not waited for",
            [.receive(incomplete("POST /x", announced: 2)), .pass(30), .pass(30)],
            ["30 s", "end the body", "60 s", "close"]),
        HTTP1Case("a report may wait for its commit", [.receive(report), .pass(10_000), .commit], ["queue /report {}", "answer /report"]),
        HTTP1Case("the API may take its time", [.receive(get), .pass(10_000), .apiAnswers], ["forward /x ", "answer /x"]),
        HTTP1Case(
            "the next request may take its time", [.receive(get), .apiAnswers, .pass(74), .pass(1)],
            ["forward /x ", "answer /x", "75 s", "close"]),
        HTTP1Case(
            "what is dropped may not take long", [.receive(incomplete("POST /refused", announced: 9)), .pass(4), .pass(1)],
            ["answer /refused, the last one", "5 s", "close the output"]),
        HTTP1Case(
            "the peer has two seconds to close", [.receive(old), .apiAnswers, .pass(1), .pass(1)],
            ["forward /x ", "answer /x, the last one", "close the output", "2 s", "close"]),
        HTTP1Case(
            "a client that does not read its answer is cut", [.receive(get), .apiBegins, .apiWrites, .pass(29), .pass(1)],
            ["forward /x ", "30 s", "close"]),
        HTTP1Case(
            "one that reads it waits for more as long as it takes",
            [.receive(get), .apiBegins, .apiWrites, .socketTakes, .pass(10_000), .apiEnds], ["forward /x ", "answer /x"]),
        HTTP1Case(
            "one that does not read the end is cut", [.receive(get), .apiBegins, .apiWrites, .apiEnds, .pass(29), .pass(1)],
            ["forward /x ", "answer /x", "30 s", "close"]),
        HTTP1Case(
            "one that has read the end may take its time",
            [.receive(get), .apiBegins, .apiWrites, .apiEnds, .pass(29), .socketTakes, .pass(74), .pass(1)],
            ["forward /x ", "answer /x", "104 s", "close"]),
        HTTP1Case(
            "one that has not read the last answer is waited for as long, and then for its end",
            [.receive(old), .apiBegins, .apiWrites, .apiEnds, .pass(29), .socketTakes, .pass(1), .pass(1)],
            ["forward /x ", "answer /x, the last one", "close the output", "31 s", "close"]),
        HTTP1Case(
            "one that never reads the last answer is cut",
            [.receive(old), .apiBegins, .apiWrites, .apiEnds, .pass(29), .pass(1)],
            ["forward /x ", "answer /x, the last one", "close the output", "30 s", "close"]),
    ]

    private static let failureCases: [HTTP1Case] = [
        HTTP1Case(
            "a head without memory is refused", [.refuseMemory, .receive("GET")], ["answer memory, the last one", "close the output"]),
        HTTP1Case(
            "what comes after it is dropped", [.refuseMemory, .receive("GET"), .receive(" /x")],
            ["answer memory, the last one", "close the output", "discard"]),
        HTTP1Case(
            "a body needs no memory of a head", [.receive(incomplete("POST /x", announced: 1)), .refuseMemory, .receive("a")],
            ["forward /x a"]),
        HTTP1Case("what is no HTTP is refused", [.receive("nonsense\r\n\r\n")], ["answer unreadable, the last one", "close the output"]),
        HTTP1Case(
            "a request behind it is not", [.receive(get), .apiAnswers, .receive("nonsense\r\n\r\n")],
            ["forward /x ", "answer /x", "answer unreadable, the last one", "close the output"]),
        HTTP1Case(
            "a report whose body can't be read is refused",
            [.receive("POST /report HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"), .receive("nonsense\r\n")],
            ["answer unreadable, the last one", "close the output"]),
        HTTP1Case(
            "a report under way is answered all the same", [.receive(report), .parserFails, .commit],
            ["queue /report {}", "answer /report, the last one", "close the output"]),
        HTTP1Case(
            "the API learns of it", [.receive(get), .parserFails, .apiAnswers],
            ["forward /x ", "forward the event", "answer /x, the last one", "close the output"]),
        HTTP1Case("a failed channel is closed", [.receive(report), .fail], ["queue /report {}", "close"]),
        HTTP1Case(
            "not while the peer may still read the last answer", [.receive(old), .apiAnswers, .fail],
            ["forward /x ", "answer /x, the last one", "close the output"]),
    ]

    @Test("serves one request at a time, in order", arguments: orderCases)
    func order(_ example: HTTP1Case) throws { try check(example) }

    @Test("asks for a body that is held back when it is wanted", arguments: continueCases)
    func continues(_ example: HTTP1Case) throws { try check(example) }

    @Test("owes a client that sends nothing more its answer", arguments: halfClosedCases)
    func halfClosed(_ example: HTTP1Case) throws { try check(example) }

    @Test("finishes what is under way when the server stops", arguments: drainCases)
    func drains(_ example: HTTP1Case) throws { try check(example) }

    @Test("cuts what is too slow", arguments: timeoutCases)
    func timeouts(_ example: HTTP1Case) throws { try check(example) }

    @Test("answers what can't be served", arguments: failureCases)
    func failures(_ example: HTTP1Case) throws { try check(example) }

    @Test("closes after the first answer when the server stopped before the connection was there")
    func opensLate() throws {
        let log = try HTTP1Script.log(of: [.receive(report), .commit], isDraining: true)
        #expect(log == ["queue /report {}", "answer /report, the last one", "close the output"])
    }

    @Test("gives back the memory of each head, once")
    func headMemory() throws {
        var script = try HTTP1Script()
        defer { script.finish() }
        script.take(.receive("GET /x HT"))
        #expect(script.state.headBytes == 9)
        script.take(.receive("TP/1.1\r\nHost: x\r\n\r\n"))
        #expect(script.state.headBytes == 0)
    }

    private func check(_ example: HTTP1Case) throws {
        var limits = HTTPLimits()
        limits.discardedBytes = 100
        let log = try HTTP1Script.log(of: example.steps, limits: limits)
        #expect(log == example.log)
    }
}
