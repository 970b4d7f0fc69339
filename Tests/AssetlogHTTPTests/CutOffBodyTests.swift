import AssetlogCore
import AssetlogHTTP
import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization
import Testing

@Suite("A body that is cut off")
struct CutOffBodyTests {
    /// How the connection ends in the middle of the body.
    enum Ending: CaseIterable {
        case halfClose, close, reset, timeout
    }

    /// Reads bodies to their end, and notes how each ended.
    private final class Reader: Sendable {
        enum Outcome: Hashable { case complete, failed }

        private let outcomes = Mutex<[Outcome]>([])

        var seen: [Outcome] { outcomes.withLock { $0 } }

        var responder: APIResponder {
            { [self] request, writer, _, _ in
                var outcome = Outcome.complete
                do {
                    for try await _ in request.body {}
                } catch {
                    outcome = .failed
                }
                outcomes.withLock { $0.append(outcome) }
                try await writer.writeHead(HTTPResponse(status: .ok, headerFields: [.contentLength: "0"])).finish(nil)
            }
        }
    }

    private static let complete = "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n1234"

    private static func cut(isChunked: Bool) -> (head: String, body: String) {
        let head = "POST /api/v1/events HTTP/1.1\r\nHost: x\r\n"
        return isChunked
            ? (head + "Transfer-Encoding: chunked\r\n\r\n", "4\r\n123\n\r\n") : (head + "Content-Length: 100\r\n\r\n", "123\n")
    }

    // An API that took its end for the end of the body would record a part of it as the whole.
    @Test(
        "is never complete to the API, however the connection ends, as its first request and after another one",
        arguments: Ending.allCases, [false, true])
    func cutOff(_ ending: Ending, isChunked: Bool) async throws {
        var limits = ServerLimits()
        if ending == .timeout { limits.bodyTimeout = .milliseconds(500) }
        for follows in [false, true] {
            for isInPieces in [false, true] {
                let reader = Reader()
                try await ServerFixture.run(limits: limits, api: reader.responder) { server in
                    try await send(ending, isChunked, follows, isInPieces, server)
                    // A request that the listener has not handed over yet when its connection breaks, or its time is over, ends
                    // there, and the API never sees it.
                    let isSeen = isChunked || follows || ending == .halfClose
                    let end = ContinuousClock.now + .seconds(isSeen ? 120 : 1)
                    while reader.seen.last != .failed, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
                    #expect(
                        reader.seen.count { $0 == .complete } == (follows ? 1 : 0), "follows: \(follows), in pieces: \(isInPieces)")
                    if isSeen { #expect(reader.seen.last == .failed) }
                }
            }
        }
    }

    private func send(
        _ ending: Ending, _ isChunked: Bool, _ follows: Bool, _ isInPieces: Bool, _ server: ServerFixture
    ) async throws {
        let client = try server.client()
        if follows {
            client.send(Self.complete)
            #expect(await client.nextResponse()?.status == 200)
        }
        let (head, body) = Self.cut(isChunked: isChunked)
        if isInPieces {
            client.send(head)
            try await Task.sleep(for: .milliseconds(20))
            client.send(body)
        } else {
            client.send(head + body)
        }
        // The API has begun to read it.
        try await Task.sleep(for: .milliseconds(50))
        switch ending {
        case .halfClose:
            client.finishSending()
            _ = await client.nextResponse()
        case .close: break
        case .reset: client.resetAtEnd()
        // The API answers what came of the body, and the connection ends.
        case .timeout: #expect(await client.nextResponse() != nil)
        }
    }
}
