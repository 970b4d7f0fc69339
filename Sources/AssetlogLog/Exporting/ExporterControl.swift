package import AssetlogCore

/// What an operator does to an exporter, on the storage that the servers share: whichever of them runs it notices.
package struct ExporterControl: Sendable {
    private let name: String
    private let store: any ConsumerStore

    /// How many dead letters are read or written at once: with the largest answers some megabytes.
    private static let step = 500

    /// How long the reason of a pause may be.
    package static let reasonBytes = 1...1024

    /// Controls the exporter of a name.
    package init(_ name: String, store: any ConsumerStore) {
        self.name = name
        self.store = store
    }

    /// Pauses it.
    package func pause(because reason: String) async throws {
        try await store.setPause(of: name, reason)
    }

    /// Lets it go on, whether it is paused, has stopped, or waits after failures.
    ///
    /// - Returns: Whether it was paused.
    package func resume() async throws -> Bool {
        let wasPaused = try await store.exporterPause(of: name).reason != nil
        try await store.setPause(of: name, ExporterPause.resumed(.now()).text)
        return wasPaused
    }

    // MARK: Replays

    /// Lets it deliver again from a point of the log.
    ///
    /// - Returns: Where its cursor stands now, before the first event that is delivered again.
    /// - Throws: ``ReplayProblem`` for a point that the log does not have.
    package func replay(from start: ReplayStart, of log: any LogReader) async throws -> ConsumerCursor {
        let head = try await log.statistics().head
        switch start {
        case .sequence(let sequence):
            guard sequence >= 1, sequence <= head + 1 else { throw ReplayProblem.noSequence(sequence, head: head) }
            return try await store.replay(name, after: sequence - 1)
        case .time(let time):
            let last = try await log.position(before: time)
            guard last < head else { throw ReplayProblem.noEvent(since: time) }
            return try await store.replay(name, after: last)
        }
    }

    /// The last event behind a position that retention has removed, and that a replay from there does not deliver again; nil: none was.
    package static func lastRemoved(after position: Int64, in log: any LogReader) async throws -> Int64? {
        let last = try await log.removalReader?.removals().sequences?.upperBound
        return last.flatMap { $0 > position ? $0 : nil }
    }

    // MARK: Dead letters

    /// Asks for dead letters to be delivered again.
    ///
    /// - Returns: How many there are.
    /// - Throws: ``MissingDeadLetters``; nothing was changed then.
    package func replay(_ selection: DeadLetterSelection) async throws -> Int {
        try await check(selection)
        var (count, last) = (0, Int64(0))
        while true {
            let page = try await store.deadLetters(of: name, after: last, limit: Self.step)
            guard let end = page.last?.sequence else { return count }
            let chosen = page.filter { selection.contains($0.sequence) }
            count += chosen.count
            // The exporter removes those that were asked for before, at any time.
            let new = chosen.filter { !$0.isReplayRequested }.map { letter in
                var letter = letter
                letter.isReplayRequested = true
                return letter
            }
            if !new.isEmpty { try await store.keepDeadLetters(new, of: name) }
            last = end
        }
    }

    /// Removes dead letters for ever.
    ///
    /// - Returns: How many there were.
    /// - Throws: ``MissingDeadLetters``; nothing was changed then.
    package func discard(_ selection: DeadLetterSelection) async throws -> Int {
        try await check(selection)
        switch selection {
        case .all: return try await store.removeDeadLetters(of: name, nil)
        case .sequences(let sequences): return try await store.removeDeadLetters(of: name, sequences.sorted())
        }
    }

    private func check(_ selection: DeadLetterSelection) async throws {
        guard case .sequences(var missing) = selection else { return }
        var last: Int64 = 0
        while !missing.isEmpty {
            let page = try await store.deadLetters(of: name, after: last, limit: Self.step)
            guard let end = page.last?.sequence else { throw MissingDeadLetters(sequences: missing.sorted()) }
            missing.subtract(page.map(\.sequence))
            last = end
        }
    }
}

/// Where a replay begins.
package enum ReplayStart: Hashable, Sendable {
    /// With this sequence.
    case sequence(Int64)
    /// With the first event that was received at this time or later.
    case time(Timestamp)
}

/// Why a replay can't begin where it was asked to.
package enum ReplayProblem: Error, CustomStringConvertible {
    case noSequence(Int64, head: Int64)
    case noEvent(since: Timestamp)

    package var description: String {
        switch self {
        case .noSequence(let sequence, let head):
            "The log has the sequences 1 to \(head), so a replay can't begin with \(sequence); choose one of them, or \(head + 1) to skip"
                + " all events."
        case .noEvent(let time): "No event was received at \(time) or later; choose an earlier time."
        }
    }
}

/// Which dead letters an operator means.
package enum DeadLetterSelection: Hashable, Sendable {
    case all
    case sequences(Set<Int64>)

    func contains(_ sequence: Int64) -> Bool {
        switch self {
        case .all: true
        case .sequences(let sequences): sequences.contains(sequence)
        }
    }
}

/// Sequences of events that are no dead letters of an exporter.
package struct MissingDeadLetters: Error, CustomStringConvertible {
    /// The sequences, in ascending order; at least one.
    package let sequences: [Int64]

    package var description: String {
        let shown = sequences.prefix(10).map(String.init).joined(separator: ", ")
        let rest = sequences.count > 10 ? " and \(sequences.count - 10) more" : ""
        return
            "The exporter has no dead \(sequences.count == 1 ? "letter" : "letters") of sequence \(shown)\(rest), so nothing was changed."
    }
}
