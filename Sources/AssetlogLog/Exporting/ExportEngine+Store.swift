import AssetlogCore
import Logging
import Synchronization

// What the storage says, and what it is to keep: pauses, and dead letters.
extension ExportEngine {
    /// The most dead letters to be replayed that are taken at once.
    private static let replayedAtOnce = 500

    /// Looks again and again whether an operator paused or resumed the exporter, or asked for dead letters to be replayed.
    func watchStore(whenResumed: @Sendable () -> Void) async {
        while !Task.isCancelled {
            do {
                try await lookAtStore(whenResumed)
            } catch {
                logger.debug("The state of an exporter can't be read; trying again.", metadata: ["error": "\(error)"])
            }
            try? await clock.sleep(consumerSettings.pollInterval)
        }
    }

    private func lookAtStore(_ whenResumed: () -> Void) async throws {
        let stored = try await store.exporterPause(of: name)
        let pause = stored.reason
        let count = try await store.deadLetterCount(of: name)
        let (wasPaused, isWorking, isResumed) = state.withLock { state in
            // What was resumed before this server looked first has nothing that stopped here.
            let isResumed = state.storedPause?.isResumed(by: stored) ?? false
            defer { (state.pause, state.storedPause, state.deadLetters) = (pause, stored, count) }
            return (state.pause, state.window.log != nil && pause == nil, isResumed)
        }
        if wasPaused != pause { logPause(pause) }
        if isResumed { whenResumed() }
        if count > 0, isWorking { try await takeRequestedLetters() }
        if wasPaused != pause { bell.ring() }
    }

    private func takeRequestedLetters() async throws {
        let letters = try await store.requestedDeadLetters(of: name, limit: Self.replayedAtOnce)
        for letter in letters where !state.withLock({ $0.window.isReplaying(letter.sequence) }) {
            // What delivers in the order of the log may pass over what comes late.
            guard exporter.order == .asset else {
                let advice =
                    "It can't be replayed by itself, because this exporter keeps the order of the log: replay all from its sequence"
                try await store.keepDeadLetters([letter.refused(advice)], of: name)
                continue
            }
            guard let event = try await event(of: letter) else {
                try await store.keepDeadLetters([letter.refused("Its event is no longer in the log: discard it")], of: name)
                continue
            }
            state.withLock { if $0.window.log == letter.log { $0.window.replay(letter, event) } }
        }
        if !letters.isEmpty { bell.ring() }
    }

    /// The event of a dead letter; nil: the log has it no more.
    private func event(of letter: DeadLetter) async throws -> LoggedEvent? {
        let id = try await log.logID()
        guard letter.log == id else { return nil }
        let page = try await log.events(EventQuery(order: .ascending(after: letter.sequence - 1), limit: 1))
        return page.events.first.flatMap { $0.sequence == letter.sequence && $0.id == letter.event ? $0 : nil }
    }

    private func logPause(_ reason: String?) {
        if let reason {
            logger.notice("An exporter is paused.", metadata: ["reason": "\(reason)"])
        } else {
            logger.notice("An exporter is no longer paused.")
        }
    }

    // MARK: Settling

    /// Has the storage keep and remove dead letters. In a task of its own: what is known then is worth keeping, though the server stops.
    func settle(_ settlement: DeliveryWindow.Settlement, _ epoch: Int) async {
        do {
            let isDone = try await Task { try await self.updateStore(settlement) }.value
            state.withLock { state in
                state.isSettling = false
                guard state.epoch == epoch else { return }
                if isDone { state.window.settled(settlement) }
                (state.settlingFailures, state.settleAfter) = (0, isDone ? .zero : clock.now() + consumerSettings.pollInterval)
            }
        } catch {
            let failures = state.withLock { state in
                state.isSettling = false
                state.settlingFailures += 1
                state.settleAfter = clock.now() + pause(state.settlingFailures)
                return state.settlingFailures
            }
            if failures == 1 {
                logger.warning("Dead letters of an exporter can't be kept; retrying.", metadata: ["error": "\(error)"])
            }
        }
    }

    /// - Returns: False: there is no room for more dead letters, so the exporter was paused.
    private func updateStore(_ settlement: DeliveryWindow.Settlement) async throws -> Bool {
        if !settlement.removed.isEmpty { _ = try await store.removeDeadLetters(of: name, settlement.removed) }
        guard !settlement.kept.isEmpty else { return true }
        let count = try await store.deadLetterCount(of: name)
        guard count + settlement.kept.count <= DeadLetter.maximumCount else {
            let reason =
                "It has \(count) of at most \(DeadLetter.maximumCount) dead letters. Replay or discard them, then resume the exporter."
            guard try await store.exporterPause(of: name).reason == nil else { return false }
            logger.error("An exporter has too many dead letters and was paused.", metadata: ["exporter.dead_letters": "\(count)"])
            try await store.setPause(of: name, reason)
            state.withLock { $0.pause = reason }
            return false
        }
        try await store.keepDeadLetters(settlement.kept, of: name)
        for letter in settlement.kept.prefix(10) {
            logger.error(
                "An event was not delivered and is a dead letter now. Replay it when the cause is gone, or discard it.",
                metadata: [
                    "event.sequence": "\(letter.sequence)", "event.id": "\(letter.event)", "attempts": "\(letter.attempts)",
                    "error": "\(letter.message)",
                ])
        }
        return true
    }
}

extension DeadLetter {
    /// The letter after a request that can't be met.
    fileprivate func refused(_ advice: String) -> DeadLetter {
        var letter = self
        letter.isReplayRequested = false
        if !message.hasPrefix(advice) { letter.message = "\(advice). Before: \(message)" }
        return letter
    }
}
