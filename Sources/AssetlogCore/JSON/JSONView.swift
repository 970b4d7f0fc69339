/// A value in a JSON text that was checked, read where it stands: nothing is copied until a text or a number is asked for.
///
/// For JSON of programs that nobody here wrote. It takes what ``JSONScanner`` takes, which includes NaN and the infinities, as
/// Python writes them.
public struct JSONView: Sendable {
    private let document: [UInt8]
    private let range: Range<Int>
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
        document = text
        range = start..<end
    }

    private init(_ document: [UInt8], _ range: Range<Int>, _ kind: JSONKind) {
        self.document = document
        self.range = range
        self.kind = kind
    }

    // MARK: Values

    /// The text of a string; nil for every other value.
    public var text: String? {
        guard kind == .string else { return nil }
        return withBytes { JSONValue($0).text }
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
    public var json: ArraySlice<UInt8> { document[range] }

    /// How many bytes the value was written with.
    public var byteCount: Int { range.count }

    // MARK: Parts

    /// The value of a member of an object; of equal names the last counts. Nil when it is absent or null, and for what is no object.
    public subscript(name: String) -> JSONView? {
        var found: JSONView?
        forEachMember { member, value, bytes in
            if Self.equals(member, name) { found = view(value, in: bytes) }
            return true
        }
        return found?.kind == .null ? nil : found
    }

    /// How many members an object has; 0 for what is no object. Unlike ``members``, it takes no memory for each.
    public var memberCount: Int {
        var count = 0
        forEachMember { _, _, _ in
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
        forEachMember { name, value, bytes in body(name.text, view(value, in: bytes)) }
    }

    /// Shows the elements of an array in their order, without keeping them, until one says that it is enough.
    ///
    /// - Parameter body: Says whether to go on.
    public func visitElements(_ body: (JSONView) -> Bool) {
        guard kind == .array else { return }
        withBytes { bytes in
            var elements = JSONElements(bytes)
            while let element = elements.next(), body(view(element, in: bytes)) {}
        }
    }

    // MARK: Reading

    private var literal: String { String(decoding: json, as: UTF8.self) }

    private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        document.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    // Names and values where they stand, with the bytes that they stand in; nothing of what is no object.
    private func forEachMember(_ body: (_ name: JSONValue, _ value: JSONValue, UnsafeRawBufferPointer) -> Bool) {
        guard kind == .object else { return }
        withBytes { bytes in
            var members = JSONMembers(bytes)
            while let (name, value) = members.next(), body(name, value, bytes) {}
        }
    }

    private func view(_ value: JSONValue, in bytes: UnsafeRawBufferPointer) -> JSONView {
        guard let base = bytes.baseAddress, let part = value.json.baseAddress else { return self }
        let start = range.lowerBound + (part - base)
        return JSONView(document, start..<start + value.json.count, value.kind)
    }

    private static func equals(_ name: JSONValue, _ text: String) -> Bool {
        var cursor = JSONCursor(name.json)
        let content = cursor.string()
        guard cursor.wasPlain else { return name.text == text }
        return content.elementsEqual(text.utf8)
    }
}
