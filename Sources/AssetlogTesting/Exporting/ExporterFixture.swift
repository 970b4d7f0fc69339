import AssetlogCore

/// What the cases have in common: a destination, the delivery of ranges of events, and what must be shown then.
struct ExporterFixture {
    let destination: ExporterDestination

    /// The promise of the suite's time limits: long enough for a slow disk, short enough for a person.
    static let patience = Duration.seconds(30)

    /// Opens the exporter, delivers, and closes it.
    func session(_ body: (any Exporter) async throws -> Void) async throws {
        let exporter = try await destination.open()
        do {
            try await body(exporter)
        } catch {
            await exporter.close()
            throw error
        }
        await exporter.close()
    }

    /// Opens the exporter, delivers, and lets go of it as a crash would.
    func crashingSession(_ body: (any Exporter) async throws -> Void) async throws {
        try await body(try await destination.open())
    }

    func expectShown(_ sequences: [Int64], _ when: String) async throws {
        let shown = try await destination.shown().map(\.sequence)
        guard shown != sequences else { return }
        throw ConformanceFailure("\(when) \(Self.difference(shown, from: sequences))")
    }

    /// Says in a few words how two series differ, in the terms of the contract.
    static func difference(_ shown: [Int64], from expected: [Int64]) -> String {
        let missing = Set(expected).subtracting(shown).sorted()
        let foreign = Set(shown).subtracting(expected).sorted()
        var seen: [Int64: Int] = [:]
        for sequence in shown { seen[sequence, default: 0] += 1 }
        for sequence in expected { seen[sequence, default: 0] -= 1 }
        let doubled = seen.filter { $0.value > 0 && !foreign.contains($0.key) }.keys.sorted()
        var parts: [String] = []
        if !missing.isEmpty { parts.append("misses \(summary(missing))") }
        if !doubled.isEmpty { parts.append("shows more than once \(summary(doubled))") }
        if !foreign.isEmpty { parts.append("shows \(summary(foreign)), which nobody delivered") }
        if parts.isEmpty {
            parts.append(shown.count < expected.count ? "shows some events too rarely" : "shows another order")
        }
        return "the destination " + parts.joined(separator: ", ")
            + " (it shows \(shown.count) events, expected were \(expected.count))"
    }

    private static func summary(_ sequences: [Int64]) -> String {
        let few = sequences.prefix(5).map(String.init).joined(separator: ", ")
        return sequences.count > 5 ? "\(few) … (\(sequences.count) in all)" : few
    }
}

extension LogID {
    /// The log of the suite's events.
    static let suite = LogID(high: 0x5eed_0000_0000_4000, low: 0x8000_0000_0000_0001)
    /// Another one, which gave the same sequences to other events.
    static let other = LogID(high: 0x5eed_0000_0000_4000, low: 0x8000_0000_0000_0002)
}

extension Exporter {
    /// Delivers made-up events of these sequences in one batch, and fails unless all of them were delivered.
    func deliver(_ sequences: some Sequence<Int64>, of log: LogID = .suite, generation: Int64 = 0) async throws {
        try await deliverAll(
            ExportBatch(log: log, generation: generation, events: sequences.map { .sample($0, of: log) }))
    }

    /// Delivers a batch, and fails unless all of it was delivered; what is to be retried is an ``ExportError``.
    func deliverAll(_ batch: ExportBatch) async throws {
        let results = try await deliver(batch)
        try expect(
            results.count == batch.events.count,
            "A delivery of \(batch.events.count) events returned \(results.count) results.")
        for (event, result) in zip(batch.events, results) where result != .delivered {
            if case .retry(let failure) = result { throw ExportError(failure.message) }
            throw ConformanceFailure("Event \(event.sequence) was not delivered: \(result)")
        }
    }
}

extension LoggedEvent {
    /// A made-up event that depends only on its sequence and its log, so that it comes again as it was.
    static func sample(_ sequence: Int64, of log: LogID = .suite, details: String? = nil) -> LoggedEvent {
        let kind = EventKind.allCases[Int(sequence % 2)]
        let time = Timestamp(microseconds: 1_790_000_000_000_000 + sequence * 1_000)
        let text = details ?? #"{"description":"event \#(sequence)","tags":{},"metadata":{}}"#
        return LoggedEvent(
            sequence: sequence,
            event: Event(
                id: EventID(
                    high: 0x0199_0000_0000_7000 &+ UInt64(sequence) << 16,
                    low: 1 << 63 | (log.low & 0xff) << 48 | UInt64(sequence)),
                kind: kind, assetKey: AssetKey(["suite", "asset \(sequence % 7)"]),
                partition: sequence % 3 == 0 ? "2026-11-\(10 + sequence % 18)" : nil, timestamp: time,
                receivedAt: time, details: Array(text.utf8)))
    }
}
