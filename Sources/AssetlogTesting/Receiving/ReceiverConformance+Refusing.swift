import AssetlogCore

extension ReceiverConformance {
    /// What is no message of the protocol.
    static let refusing: [ConformanceCase<ReceiverSubject>] = [
        test("an element that is no message becomes no event") { fixture in
            for (name, element) in fixture.unknownElements {
                try expect(fixture.read(element).items.isEmpty, "Something becomes an event that is no message: \(name).")
            }
        },
        test("a message of JSON that was cut off becomes no event") { fixture in
            for (index, sample) in fixture.subject.samples.enumerated() where isComposite(sample.body) {
                for (name, element) in HostileInput.truncated(sample) {
                    try expect(fixture.read(element).items.isEmpty, "Sample \(index), \(name), becomes an event.")
                }
            }
        },
        test("an element that becomes no event gets a reason") { fixture in
            for (name, element) in fixture.unknownElements + fixture.truncatedSamples {
                let reading = fixture.read(element)
                try expect(
                    !reading.items.isEmpty || !reading.reasons.isEmpty, "Nobody learns that something was not understood: \(name).")
            }
        },
    ]

    // A beginning of a number or of a line may be a message as well.
    private static func isComposite(_ body: [UInt8]) -> Bool {
        let kind = body.withUnsafeBytes { try? JSONScanner.validate($0, mode: .lenient) }
        return kind == .object || kind == .array
    }
}
