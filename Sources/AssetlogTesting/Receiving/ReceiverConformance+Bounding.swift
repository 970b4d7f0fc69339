import AssetlogCore

extension ReceiverConformance {
    /// How much a message may become.
    static let bounding: [ConformanceCase<ReceiverSubject>] = [
        test("reasons are sentences of at most \(maximumReasonBytes) bytes") { fixture in
            for (name, element) in elements(fixture) {
                for reason in fixture.read(element).reasons {
                    try expect(!reason.allSatisfy(\.isWhitespace), "A reason is empty: \(name).")
                    try expect(
                        reason.utf8.count <= maximumReasonBytes,
                        "A reason has \(reason.utf8.count) bytes; cut what it quotes: \(name). It begins with \(reason.prefix(80))")
                }
            }
        },
        test("an element becomes at most as many items and reasons as it has bytes") { fixture in
            for (name, element) in elements(fixture) {
                let reading = fixture.read(element)
                let size = element.headers.reduce(max(element.body.count, 1)) { $0 + $1.key.utf8.count + $1.value.utf8.count }
                try expect(
                    reading.items.count <= size && reading.unmapped.count <= size,
                    "\(size) bytes become \(reading.items.count) items and \(reading.unmapped.count) reasons: \(name).")
            }
        },
    ]

    private static func elements(_ fixture: ReceiverFixture) -> [(name: String, element: ReceivedElement)] {
        fixture.subject.samples.enumerated().map { ("sample \($0.offset)", $0.element) } + fixture.unknownElements + fixture.damagedSamples
    }
}
