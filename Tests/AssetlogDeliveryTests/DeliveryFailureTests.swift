import AssetlogCore
import AssetlogDelivery
import Testing

@Suite("What an answer means for an event")
struct DeliveryFailureTests {
    private static func answer(_ status: Int, _ headers: [(String, String)] = [], _ body: String = "") -> OutboundAnswer {
        var answer = OutboundAnswer(status: status)
        answer.headers = headers.map { OutboundAnswer.Header($0.0, $0.1) }
        answer.body = Array(body.utf8)
        return answer
    }

    private enum Fate { case delivered, counted, uncounted, rejected }

    private static func fate(_ result: DeliveryResult) -> Fate? {
        switch result {
        case .delivered: .delivered
        case .retry(let failure): failure.isCounted ? .counted : .uncounted
        case .rejected: .rejected
        default: nil
        }
    }

    @Test("is delivered by 2xx only", arguments: [200, 201, 202, 204, 299])
    func delivered(_ status: Int) {
        #expect(DeliveryResult(answer: Self.answer(status)) == .delivered)
    }

    @Test("is tried again without being counted while the destination is busy or away", arguments: [429, 502, 503, 504])
    func uncounted(_ status: Int) {
        #expect(Self.fate(DeliveryResult(answer: Self.answer(status))) == .uncounted)
    }

    @Test("is tried again and counted", arguments: [101, 301, 302, 307, 308, 408, 425, 500, 501, 505, 599])
    func counted(_ status: Int) {
        #expect(Self.fate(DeliveryResult(answer: Self.answer(status))) == .counted)
    }

    @Test("is rejected by every other 4xx", arguments: [400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 451, 499])
    func rejected(_ status: Int) {
        #expect(Self.fate(DeliveryResult(answer: Self.answer(status))) == .rejected)
    }

    @Test("comes with the pause that was asked for, as seconds or as a date")
    func pause() throws {
        let now = try #require(Timestamp("2026-11-22T10:00:00Z"))
        for value in ["7", "Sun, 22 Nov 2026 10:00:07 GMT"] {
            #expect(DeliveryFailure(answer: Self.answer(503, [("retry-after", value)]), now: now).retryAfter == .seconds(7))
        }
        #expect(DeliveryFailure(answer: Self.answer(503)).retryAfter == nil)
    }

    @Test("says where and what to do")
    func message() {
        let moved = DeliveryFailure(answer: Self.answer(302, [("location", "https://b/x?token=hunter2")]), from: "https://a")
        #expect(
            moved.message == "https://a answered 302, a redirection to https://b/x, which is not followed; correct the URL.")
        #expect(DeliveryFailure(answer: Self.answer(401)).message.contains("check the credentials"))
    }

    @Test("keeps the beginning of the answer, without secrets and without what a database refuses as text")
    func text() {
        let long = String(repeating: "x", count: 4090) + "hunter2-hunter2"
        let failure = DeliveryFailure(answer: Self.answer(400, [], long), redacting: [Secret("hunter2-hunter2")])
        #expect(failure.answer.utf8.count == DeliveryFailure.maximumAnswerBytes)
        #expect(!failure.answer.contains("hunter"))
        #expect(DeliveryFailure(answer: Self.answer(400, [], "a\u{0}b\n\u{1b}c")).answer == "a\u{fffd}b\n\u{fffd}c")
        var invalid = Self.answer(400)
        invalid.body = [0x61, 0xff]
        #expect(DeliveryFailure(answer: invalid).answer == "a\u{fffd}")
    }

    @Test(
        "counts a missing answer only when the request may have been the reason",
        arguments: [
            (DeliveryError.Code.unreachable, false), (.timedOut, false), (.untrusted, false), (.forbidden, false), (.cancelled, false),
            (.unavailable, false), (.interrupted, true), (.failed, true),
        ])
    func missing(_ code: DeliveryError.Code, _ isCounted: Bool) {
        let failure = DeliveryFailure(error: DeliveryError(code, "https://a can't be reached"))
        #expect(failure.isCounted == isCounted)
        #expect(failure.message == "https://a can't be reached.")
    }
}
