/// Names with texts by which a report can be found, in order.
public struct ReportTags: Sendable, ExpressibleByDictionaryLiteral {
    /// A name and its text.
    public struct Entry: Sendable {
        /// The name.
        public var name: String
        /// The text.
        public var text: String
    }

    /// The names, each once, in the order in which they were added.
    public private(set) var entries: [Entry] = []

    /// Makes tags without names.
    public init() {}

    /// Makes tags; of a name that is given twice the last text counts.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, text) in elements { self[name] = text }
    }

    /// The text of a name; nil removes it. Names differ when their bytes do.
    public subscript(name: String) -> String? {
        get { entries.first { $0.name.utf8.elementsEqual(name.utf8) }?.text }
        set {
            let index = entries.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
            switch (index, newValue) {
            case (let index?, let text?): entries[index].text = text
            case (let index?, nil): entries.remove(at: index)
            case (nil, let text?): entries.append(Entry(name: name, text: text))
            case (nil, nil): break
            }
        }
    }
}

extension ReportTags: Hashable {
    private var bytes: [[UInt8]] { entries.flatMap { [Array($0.name.utf8), Array($0.text.utf8)] } }

    /// Whether two have the same bytes. (Swift's texts are equal when they only look alike.)
    public static func == (left: ReportTags, right: ReportTags) -> Bool { left.bytes == right.bytes }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
