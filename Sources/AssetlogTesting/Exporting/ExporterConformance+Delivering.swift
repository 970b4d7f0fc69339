import AssetlogCore

extension ExporterConformance {
    static let delivering: [ConformanceCase<ExporterSubject>] = [
        test("events are shown in the order of the log") { fixture in
            try await fixture.session { exporter in
                try await exporter.deliver(1...20)
                try await fixture.expectShown(Array(1...20), "After one batch of twenty")
            }
        },
        test("what a delivery returned for is shown at once") { fixture in
            try await fixture.session { exporter in
                for sequence in Int64(1)...5 {
                    try await exporter.deliver(sequence...sequence)
                    try await fixture.expectShown(Array(1...sequence), "Right after the delivery of \(sequence)")
                }
            }
        },
        test("nothing is lost over many batches") { fixture in
            let batches: [ClosedRange<Int64>] = batchBorders(count: 120)
            try await fixture.session { exporter in
                for batch in batches { try await exporter.deliver(batch) }
            }
            try await fixture.expectShown(
                Array(1...(batches.last?.upperBound ?? 1)), "After \(batches.count) batches of one to forty events")
        },
        test("sequences with holes are shown as they are") { fixture in
            let sequences: [Int64] = [3, 4, 9, 1_000, 5_000_000_000, 5_000_000_007]
            try await fixture.session { exporter in
                try await exporter.deliver(sequences[..<3])
                try await exporter.deliver(sequences[3...])
            }
            try await fixture.expectShown(sequences, "After two batches with holes in the sequences")
        },
        test("the largest event is shown whole") { fixture in
            let value = String(repeating: "x", count: 8 << 20)
            let details = #"{"tags":{},"metadata":{"large":{"type":"text","value":"\#(value)"}}}"#
            try await expectContent(of: [.sample(1), .sample(2, details: details), .sample(3)], on: fixture)
        },
        test("any text and every number is shown as it was recorded") { fixture in
            try await expectContent(of: oddEvents, on: fixture)
        },
    ]

    // Borders that meet none of the sizes a buffer is likely to have.
    private static func batchBorders(count: Int) -> [ClosedRange<Int64>] {
        var next: Int64 = 1
        return (0..<count).map { index in
            let size = Int64(index * 7 % 40 + 1)
            defer { next += size }
            return next...(next + size - 1)
        }
    }

    private static func expectContent(of events: [LoggedEvent], on fixture: ExporterFixture) async throws {
        try await fixture.session { try await $0.deliverAll(ExportBatch(log: .suite, generation: 0, events: events)) }
        try await fixture.expectShown(events.map(\.sequence), "After a batch with uncommon content")
        for (shown, event) in zip(try await fixture.destination.shown(), events) {
            guard let json = shown.json else { continue }
            var expected: [UInt8] = []
            EventJSON.append(event, to: &expected)
            guard Array(json.utf8) != expected else { continue }
            throw ConformanceFailure(
                "Event \(event.sequence) is shown as \(json.prefix(400)), but it is"
                    + " \(String(decoding: expected.prefix(400), as: UTF8.self))")
        }
    }

    private static let oddEvents: [LoggedEvent] = {
        var events: [LoggedEvent] = []
        let texts = ["", " ", "a/b", "\"\\", "line\\nfeed", "日本語", "👩‍👩‍👧", "e\u{301}", "\u{2028}", "\u{feff}", "\u{10ffff}"]
        for (index, text) in texts.enumerated() {
            var event = LoggedEvent.sample(Int64(index + 1))
            event.event.assetKey = AssetKey([text, "\u{1}\t\r\n", text])
            event.event.partition = text
            event.event.deployment = "prod"
            event.event.reportedBy = text
            event.event.details =
                Array(
                    #"{"metadata":{"nan":{"type":"float","value":NaN},"low":{"type":"float","value":-Infinity},"#.utf8)
                + Array(#""n":{"type":"int","value":123456789012345678901234567890},"#.utf8)
                + Array(#""j":{"type":"json","value":[Infinity,{"NaN":"NaN"},"\u0000\n"]}}}"#.utf8)
            events.append(event)
        }
        return events
    }()
}
