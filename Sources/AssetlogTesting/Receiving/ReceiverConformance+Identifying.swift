import AssetlogCore

extension ReceiverConformance {
    /// By what a message is known that comes again.
    static let identifying: [ConformanceCase<ReceiverSubject>] = [
        test("every item has an event ID") { fixture in
            for (index, reading) in fixture.readings().enumerated() {
                try expect(
                    reading.items.allSatisfy { $0.eventID != nil },
                    "Sample \(index) becomes an item without an event ID: a message that is sent twice is recorded twice.")
            }
        },
        test("the event IDs are the same when an element comes again") { fixture in
            let first = fixture.readings()
            for (when, again) in [("when it comes again", fixture.readings()), ("after a restart", try fixture.another().readings())] {
                for (index, (first, again)) in zip(first, again).enumerated() {
                    try expect(
                        first.items.map(\.eventID) == again.items.map(\.eventID),
                        "The items of sample \(index) have other event IDs \(when).")
                }
            }
        },
        test("different items of an element have different event IDs") { fixture in
            for (index, reading) in fixture.readings().enumerated() {
                var items: [EventID: EventItem] = [:]
                for item in reading.items {
                    guard let id = item.eventID else { continue }
                    try expect(
                        items[id, default: item] == item,
                        "Two items of sample \(index) have the event ID \(id): the second is taken for a duplicate of the first.")
                    items[id] = item
                }
            }
        },
    ]
}
