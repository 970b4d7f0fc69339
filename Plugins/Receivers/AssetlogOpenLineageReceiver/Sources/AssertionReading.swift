#if OpenLineageReceiver
import AssetlogCore
import AssetlogOpenLineage

/// The results of checks of a dataset, without what they share with other items of their event.
struct AssertionReading {
    /// The most results that are read of a dataset.
    static let maximumCount = 10_000

    private(set) var checks: [(check: EventItem.Check, metadata: ItemMetadata, identity: [String])] = []
    private(set) var unmapped: [String] = []
    // How many results of each name were read: two may have the same.
    private var counts: [String: Int] = [:]

    init(_ dataset: ReceivedDataset) {
        guard let assertions = dataset.facet("dataQualityAssertions")?["assertions"] else { return }
        assertions.visitElements { assertion in
            add(assertion)
            guard checks.count < Self.maximumCount else {
                unmapped.append("A dataset has more than \(Self.maximumCount) assertions; the others are left out.")
                return false
            }
            return true
        }
    }

    private mutating func add(_ assertion: JSONView) {
        guard let name = Self.name(assertion) else { return note("An assertion has neither a name nor an assertion.") }
        guard let passed = assertion["success"]?.boolean else {
            return note("The assertion \(SoundText.quoted(name)) does not say whether it succeeded.")
        }
        let isWarning = assertion["severity"]?.text?.lowercased().hasPrefix("warn") ?? false
        var metadata = ItemMetadata()
        metadata.append("assertion", text: assertion["assertion"]?.text)
        metadata.append(MeasureLabels.column[0], text: assertion["column"]?.text)
        metadata.append("description", text: assertion["description"]?.text)
        metadata.append(MeasureLabels.expected[0], text: assertion["expected"]?.scalar)
        metadata.append(MeasureLabels.actual[0], text: assertion["actual"]?.scalar)
        metadata.append("openlineage/content", text: assertion["content"]?.text)
        if let params = assertion["params"], params.kind == .object, params.byteCount > 2,
            params.byteCount <= SoundText.maximumBytes
        {
            metadata.append("openlineage/params", .json(Array(params.json)))
        }
        let count = counts[name, default: 0]
        counts[name] = count + 1
        checks.append((EventItem.Check(name: name, passed: passed, isWarning: isWarning), metadata, [name, "\(count)"]))
    }

    private mutating func note(_ sentence: String) {
        if unmapped.count < 10 { unmapped.append(sentence) }
    }

    /// The name of the check: its own, or else what is asserted and of which column.
    private static func name(_ assertion: JSONView) -> String? {
        if let name = assertion["name"]?.text, !name.isEmpty { return named(name) }
        guard let kind = assertion["assertion"]?.text, !kind.isEmpty else { return nil }
        return named(assertion["column"]?.text.map { "\(kind)(\($0))" } ?? kind)
    }

    private static func named(_ name: String) -> String { SoundText.cut(name, bytes: SoundText.maximumIdentifierBytes) }
}
#endif
