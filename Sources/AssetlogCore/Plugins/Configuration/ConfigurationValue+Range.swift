extension ConfigurationValue {
    /// What is wrong with it by the range of a kind, to follow the key in a sentence; nil: nothing.
    func problem(of kind: KeyDeclaration.Kind) -> String? {
        switch (kind, self) {
        case (.integer(let range), .integer(let number)), (.bytes(let range), .integer(let number)):
            range.contains(number) ? nil : "must be from \(range.lowerBound) to \(range.upperBound), not \(number)"
        case (.duration(let range), .duration(let span)):
            range.contains(span) ? nil : Self.problem(of: span, in: range)
        default: nil
        }
    }

    // A lower bound of nothing, or of the smallest unit, needs no number.
    private static func problem(of span: Duration, in range: ClosedRange<Duration>) -> String {
        guard range.lowerBound <= .milliseconds(1) else {
            return "must be from \(TimeSpan.text(range.lowerBound)) to \(TimeSpan.text(range.upperBound))"
        }
        return span > range.upperBound ? "must be at most \(TimeSpan.text(range.upperBound))" : "must be positive"
    }
}
