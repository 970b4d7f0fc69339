#if OpenLineageReceiver
import AssetlogCore
import AssetlogOpenLineage

/// The metadata of an item, as it is put together.
struct ItemMetadata {
    /// What every label of ours begins with.
    static let prefix = "openlineage/"

    private(set) var entries: [(label: String, value: EventItem.Value)] = []

    mutating func append(_ label: String, _ value: EventItem.Value?) {
        guard let value else { return }
        entries.append((label, value))
    }

    mutating func append(_ label: String, text: String?) {
        guard let text, !text.isEmpty else { return }
        entries.append((label, .text(SoundText.cut(text))))
    }

    mutating func append(contentsOf other: ItemMetadata) { entries += other.entries }

    func contains(_ label: String) -> Bool { entries.contains { $0.label == label } }
}

extension JSONView {
    /// A whole number that is at least 0, also where it was written with a point.
    var count: Int64? {
        if let integer { return integer >= 0 ? integer : nil }
        return number.flatMap { Int64(exactly: $0) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    /// A number as a value of metadata; nil: it is none.
    var measure: EventItem.Value? {
        if let integer { return .integer(integer) }
        return number.map { .number($0) }
    }

    /// A text, number or truth value as text.
    var scalar: String? {
        switch kind {
        case .string: text
        case .integer, .float, .true, .false: String(decoding: json.prefix(SoundText.maximumBytes), as: UTF8.self)
        case .object, .array, .null: nil
        }
    }
}
#endif
