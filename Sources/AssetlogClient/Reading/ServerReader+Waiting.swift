import AssetlogCore

extension ServerReader {
    /// How long there is between two looks at the server: a second at first, then up to ten.
    private static let pauses: [Duration] = [1, 1, 2, 2, 5, 5, 10].map { .seconds($0) }

    /// Waits until a condition is met, can't be met without another attempt, or the time is up.
    ///
    /// While the server can't be reached it waits on.
    /// - Parameters:
    ///   - patience: How long it waits.
    ///   - progress: Is called when what is missing changes.
    /// - Returns: How the condition stood last.
    /// - Throws: ``ClientError`` when the server refuses to answer.
    public func wait(
        for condition: WaitCondition, patience: Duration, progress: (String) -> Void = { _ in }
    ) async throws -> WaitCondition.Verdict {
        let end = clock.steady() + patience
        var (looks, missing) = (0, "")
        while true {
            let verdict = try await look(at: condition)
            guard case .pending(let reason) = verdict else { return verdict }
            if reason != missing { progress(reason) }
            missing = reason
            let left = end - clock.steady()
            guard left > .zero else { return verdict }
            do {
                try await clock.sleep(min(left, Self.pauses[min(looks, Self.pauses.count - 1)]))
            } catch {
                throw ClientError(.cancelled, "the wait was cancelled")
            }
            looks += 1
        }
    }

    private func look(at condition: WaitCondition) async throws -> WaitCondition.Verdict {
        do {
            return condition.verdict(try await facts(about: condition))
        } catch let error as ClientError where error.code == .notFound {
            return .pending("the server knows no event of it")
        } catch let error as ClientError where error.isRetriable {
            return .pending(error.message)
        }
    }

    private func facts(about condition: WaitCondition) async throws -> WaitCondition.Facts {
        var facts = WaitCondition.Facts()
        if let partition = condition.partition {
            try await partitions(of: condition.asset, only: partition) { found in
                facts.add(found.value.materialization, found.value.failure)
            }
        } else {
            let asset = try await asset(condition.asset).value
            facts.add(asset.materialization, asset.failure)
        }
        guard condition.includesChecks else { return facts }
        try await checks(of: condition.asset, partition: condition.partition) { facts.checks.append($0.value) }
        return facts
    }
}

extension WaitCondition.Facts {
    fileprivate mutating func add(_ materialization: EventReference?, _ failure: EventReference?) {
        materialized = materialization?.timestamp
        failed = failure?.timestamp
        message = failure?.message
    }
}
