/// A value in a JSON text that was checked, read where it stands: nothing is copied until a text or a number is asked for.
///
/// For JSON of programs that nobody here wrote. It takes what ``JSONScanner`` takes, which includes NaN and the infinities, as
/// Python writes them.
public struct JSONView: Sendable {
    /// The text, with what it was indexed for. Immutable.
    private final class Document: Sendable {
        let text: [UInt8]
        let index: JSONIndex?

        init(_ text: [UInt8], from start: Int) {
            self.text = text
            index = text.withUnsafeBytes { JSONIndex($0, from: start) }
        }
    }

    private let document: Document
    private let range: Range<Int>
    // Which of the arrays and objects it is, where the document is indexed.
    private let ordinal: Int
    /// What the value is.
    public let kind: JSONKind

    /// Checks a text that holds one value.
    ///
    /// - Parameter depth: The most levels of arrays and objects; where an event stands in an envelope, it may have more than by
    ///   itself.
    /// - Throws: ``JSONError`` that says where the text is wrong.
    public init(_ text: [UInt8], depth: Int = JSONScanner.maximumDepth) throws(JSONError) {
        var (start, end) = (text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0, text.count)
        let checked = text.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in
                try JSONScanner.validate(UnsafeRawBufferPointer(rebasing: bytes[start...]), mode: .lenient, depth: depth)
            }
        }
        kind = try checked.get()
        while start < end, text[start].isJSONBlank { start += 1 }
        while end > start, text[end - 1].isJSONBlank { end -= 1 }
        document = Document(text, from: start)
        range = start..<end
        ordinal = 0
    }

    private init(_ document: Document, _ range: Range<Int>, _ kind: JSONKind, ordinal: Int) {
        self.document = document
        self.range = range
        self.kind = kind
        self.ordinal = ordinal
    }

    // MARK: Values

    /// The text of a string; nil for every other value.
    public var text: String? {
        guard kind == .string else { return nil }
        return withBytes { JSONValue(UnsafeRawBufferPointer(rebasing: $0[range])).text }
    }

    /// A whole number of 64 bits; nil for every other value.
    public var integer: Int64? {
        guard kind == .integer else { return nil }
        return Int64(literal)
    }

    /// A number; nil for every other value. Python's words for what is no number are numbers.
    public var number: Double? {
        guard kind == .integer || kind == .float else { return nil }
        return Double(literal)
    }

    /// A truth value; nil for every other value.
    public var boolean: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The bytes of the value as they were written.
    public var json: ArraySlice<UInt8> { document.text[range] }

    /// How many bytes the value was written with.
    public var byteCount: Int { range.count }

    // MARK: Parts

    /// The value of a member of an object; of equal names the last counts. Nil when it is absent or null, and for what is no object.
    public subscript(name: String) -> JSONView? {
        var name = name
        return name.withUTF8 { name in
            var found: JSONView?
            forEachMember { member, value in
                if Self.equals(member, name) { found = value() }
                return true
            }
            return found?.kind == .null ? nil : found
        }
    }

    /// How many members an object has; 0 for what is no object. Unlike ``members``, it takes no memory for each.
    public var memberCount: Int {
        var count = 0
        forEachMember { _, _ in
            count += 1
            return true
        }
        return count
    }

    /// The members of an object in their order; none of what is no object.
    public var members: [(name: String, value: JSONView)] {
        var members: [(name: String, value: JSONView)] = []
        visitMembers { name, value in
            members.append((name, value))
            return true
        }
        return members
    }

    /// The elements of an array in their order; none of what is no array.
    public var elements: [JSONView] {
        var elements: [JSONView] = []
        visitElements { element in
            elements.append(element)
            return true
        }
        return elements
    }

    /// Shows the members of an object in their order, without keeping them, until one says that it is enough.
    ///
    /// - Parameter body: Says whether to go on.
    public func visitMembers(_ body: (_ name: String, _ value: JSONView) -> Bool) {
        forEachMember { name, value in body(name.text, value()) }
    }

    /// Shows the elements of an array in their order, without keeping them, until one says that it is enough.
    ///
    /// - Parameter body: Says whether to go on.
    public func visitElements(_ body: (JSONView) -> Bool) {
        guard kind == .array else { return }
        withBytes { bytes in
            var elements = JSONElements(at: JSONCursor(bytes, position: range.lowerBound))
            var inner = ordinal + 1
            while true {
                let first = inner
                guard let element = elements.next({ skip(&$0, &inner) }), body(view(element, in: bytes, ordinal: first)) else { return }
            }
        }
    }

    // MARK: Reading

    private var literal: String { String(decoding: json, as: UTF8.self) }

    private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        document.text.withUnsafeBytes(body)
    }

    // Names, and values where they stand; nothing of what is no object.
    @inline(__always)
    private func forEachMember(_ body: (_ name: JSONValue, _ value: () -> JSONView) -> Bool) {
        guard kind == .object else { return }
        withBytes { bytes in
            var members = JSONMembers(at: JSONCursor(bytes, position: range.lowerBound))
            var inner = ordinal + 1
            while true {
                let first = inner
                guard let (name, value) = members.next({ skip(&$0, &inner) }),
                    body(name, { view(value, in: bytes, ordinal: first) })
                else { return }
            }
        }
    }

    // Moves past the value at the cursor: an array or object is the one of the ordinal `inner`.
    @inline(__always)
    private func skip(_ cursor: inout JSONCursor, _ inner: inout Int) -> UnsafeRawBufferPointer {
        guard let index = document.index, cursor.next == UInt8(ascii: "{") || cursor.next == UInt8(ascii: "[") else {
            return cursor.value()
        }
        let start = cursor.position
        (cursor.position, inner) = index.end(of: inner)
        return cursor.slice(start..<cursor.position)
    }

    private func view(_ value: JSONValue, in bytes: UnsafeRawBufferPointer, ordinal: Int) -> JSONView {
        guard let base = bytes.baseAddress, let part = value.json.baseAddress else { return self }
        let start = part - base
        return JSONView(document, start..<start + value.json.count, value.kind, ordinal: ordinal)
    }

    private static func equals(_ name: JSONValue, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var cursor = JSONCursor(name.json)
        let content = cursor.string()
        guard cursor.wasPlain else { return name.text.utf8.elementsEqual(text) }
        return content.count == text.count && content.elementsEqual(text)
    }
}
