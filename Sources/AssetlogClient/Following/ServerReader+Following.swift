import AssetlogCore
import AssetlogDelivery

extension ServerReader {
    /// Nothing came for so long: heartbeats come every 15 s.
    private static let silence = Duration.seconds(45)

    /// Follows the log: gets each event once, in the order of the log, as it comes, until no more is wanted.
    ///
    /// A connection that breaks is made again, and goes on after the last event.
    /// - Parameters:
    ///   - selection: Which events.
    ///   - position: The sequence after which it begins; nil: at the end of the log.
    ///   - progress: Is called with what happened when the connection is lost, and how it goes on.
    ///   - receive: Takes the events, on a thread of its own that reads on when it returns; false: no more is wanted.
    /// - Throws: ``ClientError`` when the server refuses, can't read its log, or can't be reached for as long as the options say.
    public func follow(
        _ selection: EventSelection, after position: Int64? = nil, progress: (String) -> Void = { _ in },
        receive: @escaping @Sendable (FollowedEvent) -> Bool
    ) async throws {
        let follower = StreamFollower(after: position, receive: receive)
        let connection = OutboundConnection()
        var (retries, said) = (RetryState(retry, start: clock.steady()), "")
        while true {
            follower.begin()
            let attempt = try await attempt(selection, follower, connection)
            if follower.isEnough { return }
            if follower.isConnected { (retries, said) = (RetryState(retry, start: clock.steady()), "") }
            let error = attempt.error
            switch retries.next(attempt.outcome, now: clock.steady(), date: clock.date(), random: clock.random()) {
            case .retry(let pause):
                if error.message != said { progress("\(error.message); connecting again") }
                said = error.message
                do {
                    try await clock.sleep(follower.isConnected ? max(pause, follower.retry) : pause)
                } catch {
                    throw ClientError(.cancelled, "following the log was cancelled")
                }
            default: throw error
            }
        }
    }

    private func attempt(
        _ selection: EventSelection, _ follower: StreamFollower, _ connection: OutboundConnection
    ) async throws -> StreamAttempt {
        var query = selection.query
        if let position = follower.position { query.append(("after", "\(position)")) }
        var request = outbound("GET", "events/stream", query, body: nil)
        request.headers.append(.init("Accept", "text/event-stream"))
        request.maximumAnswerBytes = 1 << 20
        do {
            let answer = try await connection.stream(request, to: OutboundStream(silence: Self.silence, receive: follower.push))
            return try StreamAttempt(answer, from: url, follower)
        } catch let error as DeliveryError {
            if error.code == .cancelled { throw ClientError(deliveryOf: error) }
            return StreamAttempt(outcome: .failure(error), error: ClientError(deliveryOf: error))
        }
    }
}

/// How a connection of a stream ended.
private struct StreamAttempt {
    var outcome: RetryState.Outcome
    var error: ClientError

    init(outcome: RetryState.Outcome, error: ClientError) {
        (self.outcome, self.error) = (outcome, error)
    }

    /// - Throws: ``ClientError`` when the same would happen again.
    init(_ answer: OutboundAnswer, from url: ServerURL, _ follower: StreamFollower) throws(ClientError) {
        if answer["content-type"]?.lowercased().hasPrefix("text/event-stream") == true, (200..<300).contains(answer.status) {
            let ending = follower.ending
            guard ending?.reason != "failed" else {
                let position = follower.position.map { " after the sequence \($0)" } ?? ""
                throw ClientError(.refused, "\(url) can't read its log\(position): \(ending?.detail ?? "")")
            }
            let said = ending.map { $0.detail.hasSuffix(".") ? String($0.detail.dropLast()) : $0.detail }
            self.init(
                outcome: .later(retryAfter: nil),
                error: ClientError(.unavailable, said.map { "\(url) has ended the stream: \($0)" } ?? "the connection to \(url) ended"))
            return
        }
        switch ReadAttempt(answer, from: url) {
        case .refused(let error): throw error
        case .later(let error, let retryAfter): self.init(outcome: .later(retryAfter: retryAfter), error: error)
        // An object is no stream.
        case .answered, .failed:
            self.init(outcome: .later(retryAfter: answer.retryAfter), error: AnswerWords(answer, from: url).foreignError)
        }
    }
}
