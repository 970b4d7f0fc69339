import AssetlogCore

/// What a report says about its asset with the event itself: labels with values, in order.
public struct ReportMetadata: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// A label and its value.
    public struct Entry: Hashable, Sendable {
        /// The label.
        public var label: String
        /// The value.
        public var value: JSONValue

        // Swift's texts are equal when they only look alike; labels differ when their bytes do.

        /// Whether the label's bytes and the value are equal.
        public static func == (left: Entry, right: Entry) -> Bool {
            left.label.isSame(as: right.label) && left.value == right.value
        }

        /// Hashes the bytes.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(Array(label.utf8))
            hasher.combine(value)
        }
    }

    /// The labels, each once, in the order in which they were added.
    public private(set) var entries: [Entry] = []

    /// Makes metadata without labels.
    public init() {}

    /// Makes metadata of labels; of a duplicate label the last value counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (label, value) in elements { self[label] = value }
    }

    /// Reads the labels of a JSON object.
    ///
    /// - Throws: `JSONError` when it is not JSON, ``ClientError`` when it is no object.
    public init(json: String) throws {
        let source = Array(json.utf8)
        _ = try source.withUnsafeBytes { try JSONScanner.validate($0) }
        guard let members = CanonicalJSON.members(ofObject: source) else {
            throw ClientError(.invalid, "metadata must be a JSON object")
        }
        for (label, value) in members { self[label] = .text(try JSONText(utf8: value)) }
    }

    /// The value of a label; nil removes it.
    public subscript(label: String) -> JSONValue? {
        get { entries.first { $0.label.isSame(as: label) }?.value }
        set {
            let index = entries.firstIndex { $0.label.isSame(as: label) }
            switch (index, newValue) {
            case (let index?, let value?): entries[index].value = value
            case (let index?, nil): entries.remove(at: index)
            case (nil, let value?): entries.append(Entry(label: label, value: value))
            case (nil, nil): break
            }
        }
    }
}
