import AssetlogCore

extension ReceiverConformance {
    /// What a message becomes.
    static let reading: [ConformanceCase<ReceiverSubject>] = [
        test("every sample becomes at least one event") { fixture in
            for (index, reading) in fixture.readings().enumerated() {
                try expect(reading.refusal == nil, "Sample \(index) is refused: \(reading.refusal ?? "")")
                try expect(!reading.items.isEmpty, "Sample \(index) becomes no event. Unmapped: \(reading.unmapped)")
            }
        },
        test("the same element gives the same items") { fixture in
            try expectEqual(fixture.readings(), fixture.readings(), "when it is read again")
        },
        test("another instance gives the same items") { fixture in
            try expectEqual(fixture.readings(), try fixture.another().readings(), "in another instance of the receiver")
        },
        test("the event API takes every item") { fixture in
            for (index, reading) in fixture.readings().enumerated() {
                for item in reading.items {
                    do throws(SubmissionError) {
                        _ = try ReceiverFixture.events(of: item)
                    } catch {
                        throw ConformanceFailure("Sample \(index) becomes an item that is refused: \(error.detail) \(error.pointer)")
                    }
                }
            }
        },
        test("at most \(ReceivedElement.maximumLookups) events are looked up") { fixture in
            let samples = fixture.subject.samples.enumerated().map { ("Sample \($0.offset)", $0.element) }
            for (name, element) in samples + fixture.unknownElements + fixture.damagedSamples {
                let count = fixture.setup.receiver.lookups(for: element).count
                try expect(
                    count <= ReceivedElement.maximumLookups,
                    "\(name): \(count) events are to be looked up; only \(ReceivedElement.maximumLookups) are.")
            }
        },
    ]

    // Identities have cases of their own.
    private static func expectEqual(_ first: [ReceivedReading], _ second: [ReceivedReading], _ when: String) throws {
        for (index, (first, second)) in zip(first, second).enumerated() {
            try expect(
                first.items.map(\.anonymous) == second.items.map(\.anonymous) && first.unmapped == second.unmapped
                    && first.refusal == second.refusal,
                "Sample \(index) becomes something else \(when).")
        }
    }
}
