#if Dagster
import AssetlogCore
import AssetlogDelivery

/// The connections to a destination, of which as many are in use as the pace allows.
actor Lanes {
    private var pace = Pace()
    private let connections = ConnectionPool()
    private var underWay = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var isClosed = false

    /// Sends a request when its turn has come, and waits for the answer.
    ///
    /// - Throws: ``DeliveryError``, also when the task is cancelled; a non-retriable `ExportError` after ``close()``.
    func send(_ request: OutboundRequest) async throws -> OutboundAnswer {
        await enter()
        defer { leave() }
        guard !isClosed else { throw ExportError("The exporter was closed.", isRetriable: false) }
        let start = ContinuousClock.now
        do {
            let answer = try await connections.send(request)
            note(answer, after: start.duration(to: .now))
            return answer
        } catch let error as DeliveryError {
            if error.code == .timedOut { pace.overloaded() }
            throw error
        }
    }

    /// Closes the connections, those in use after their requests, and lets no request in any more.
    func close() {
        isClosed = true
        connections.close()
    }

    private func note(_ answer: OutboundAnswer, after latency: Duration) {
        if answer.status == 429 || answer.status == 503 {
            pace.overloaded()
        } else {
            pace.answered(after: latency, underWay: underWay)
        }
    }

    // A cancelled request waits for its turn like the others: those before it are cancelled too, and end at once.
    private func enter() async {
        guard underWay >= pace.limit else {
            underWay += 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        underWay -= 1
        while !waiting.isEmpty, underWay < pace.limit {
            underWay += 1
            waiting.removeFirst().resume()
        }
    }
}
#endif
