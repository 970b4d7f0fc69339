import AssetlogCore

/// What an append is to say of an event that is not inserted.
enum ExpectedException: Equatable, CustomStringConvertible {
    case duplicate(Int, Int64)
    case conflict(Int, Int64?)
    case groupAborted(Int, Int)

    var exception: SkippedEvent {
        switch self {
        case .duplicate(let index, let sequence): SkippedEvent(index: index, reason: .duplicate(sequence: sequence))
        case .conflict(let index, let sequence): SkippedEvent(index: index, reason: .conflict(sequence: sequence))
        case .groupAborted(let index, let culprit): SkippedEvent(index: index, reason: .groupAborted(by: culprit))
        }
    }

    var description: String { exception.sentence }
}

extension SkippedEvent {
    var sentence: String {
        switch reason {
        case .duplicate(let sequence): "the event \(index) is a duplicate of \(sequence)"
        case .conflict(let sequence): "the event \(index) conflicts with \(sequence.map(String.init) ?? "one of its group")"
        case .indeterminate: "the event \(index) could not be looked for"
        case .groupAborted(let culprit): "the event \(index) is left out because of \(culprit)"
        }
    }
}

extension StorageFixture {
    /// Appends events with identities of clients, and checks what is not inserted; nil: the caller does.
    @discardableResult
    func append(
        chosen events: [Event], _ choice: ClientChoice = .identity, expecting expected: [ExpectedException]?,
        _ what: String = "events whose identity a client chose"
    ) throws -> AppendOutcome {
        var batch = EventBatch()
        for event in events { batch.append(event, clientChoice: choice) }
        let outcome = try append(batch)
        if let expected { try check(outcome, expected, what) }
        return outcome
    }

    /// Checks which events were not inserted, and why.
    func check(_ outcome: AppendOutcome, _ expected: [ExpectedException], _ what: String) throws {
        let found = outcome.skippedEvents
        try expect(
            found == expected.map(\.exception),
            "\(what): expected that \(expected.isEmpty ? "all are inserted" : expected.map(\.description).joined(separator: ", "));"
                + " got \(found.isEmpty ? "all inserted" : found.map(\.sentence).joined(separator: ", ")).")
    }

    /// The sequences of events by the model.
    func sequences(of events: [Event]) -> [Int64] {
        let known = Dictionary(
            model.map { (EventIdentity($0.id, in: $0.deployment), $0.sequence) }, uniquingKeysWith: { first, _ in first })
        return events.map { known[EventIdentity($0.id, in: $0.deployment)] ?? 0 }
    }

    /// Checks that events which were inserted are duplicates now, and that the log stays as it is.
    func checkRepetition(of events: [Event], _ when: String) async throws {
        // In another order than theirs, and not all of them: as retries come.
        let again = events.shuffled(using: &self.events.random).prefix(200)
        let known = sequences(of: Array(again))
        try append(
            chosen: Array(again), expecting: known.enumerated().map { .duplicate($0.offset, $0.element) },
            "repeated events \(when)")
        let count = try await storage.statistics().events
        try expect(count == Int64(model.count), "\(when): \(count) events are counted, not \(model.count).")
    }

    /// Checks that identities outlive what `interruption` does.
    func checkMemory(_ when: String, _ interruption: () async throws -> Void) async throws {
        var chosen: [Event] = []
        for _ in 0..<3 {
            let new = (0..<40).map { _ in events.chosen() }
            try append(chosen: new, expecting: [])
            chosen += new
            try fill(30)
            try await interruption()
            try await checkRepetition(of: chosen, when)
            let changed = ContentChange.details.applied(to: new[0])
            try append(chosen: [changed], expecting: [.conflict(0, sequences(of: [changed])[0])], "a conflict \(when)")
            try await checkLog(when)
        }
    }

    /// Gives the storage's background work time for a round.
    func runBackground() async throws {
        let storage = storage
        let background = Task { try await storage.run() }
        try? await Task.sleep(for: .milliseconds(1500))
        background.cancel()
        _ = await background.result
    }
}

/// A change of what an event says.
enum ContentChange: CaseIterable {
    case kind
    case assetKey
    case partition
    case details

    func applied(to event: Event) -> Event {
        var event = event
        switch self {
        case .kind: event.kind = EventKind.allCases.first { $0 != event.kind } ?? event.kind
        case .assetKey: event.assetKey = AssetKey(event.assetKey.parts + ["more"])
        // The empty partition is not the absent one.
        case .partition: event.partition = event.partition == nil ? "" : event.partition == "" ? nil : ""
        case .details: event.details = Array(#"{"description":"another"}"#.utf8)
        }
        return event
    }
}
