/// What a member of a small object is, where nothing deeper than a list of whole numbers or texts is expected.
package enum FlatValue: Hashable, Sendable {
    case text(String)
    case number(Int64)
    case flag(Bool)
    /// A list of whole numbers; at least one.
    case numbers([Int64])
    /// A list of texts; at least one.
    case texts([String])
    case null
    /// Anything else.
    case other

    init(_ value: JSONValue) {
        switch value.kind {
        case .string: self = .text(value.text)
        case .integer: self = Self.number(value).map { .number($0) } ?? .other
        case .true, .false: self = .flag(value.kind == .true)
        case .null: self = .null
        case .array: self = Self.numbers(value).map { .numbers($0) } ?? Self.texts(value).map { .texts($0) } ?? .other
        case .object, .float: self = .other
        }
    }

    private static func number(_ value: JSONValue) -> Int64? {
        value.kind == .integer ? Int64(String(decoding: value.json, as: UTF8.self)) : nil
    }

    private static func numbers(_ list: JSONValue) -> [Int64]? {
        var (elements, numbers) = (JSONElements(list.json), [Int64]())
        while let element = elements.next() {
            guard let number = number(element) else { return nil }
            numbers.append(number)
        }
        return numbers.isEmpty ? nil : numbers
    }

    private static func texts(_ list: JSONValue) -> [String]? {
        var (elements, texts) = (JSONElements(list.json), [String]())
        while let element = elements.next() {
            guard element.kind == .string else { return nil }
            texts.append(element.text)
        }
        return texts.isEmpty ? nil : texts
    }
}

/// A small JSON object without depth, such as the body of a request of an operator.
package struct FlatObject: Sendable {
    /// The members, in their order; a name may come twice.
    package let members: [(name: String, value: FlatValue)]

    private static let depth = 4

    /// Reads a text that holds one value; nil: it is no object.
    ///
    /// - Throws: ``JSONError`` where it is not JSON, or nested more than some levels deep.
    package init?(_ text: UnsafeRawBufferPointer) throws(JSONError) {
        guard try JSONScanner.validate(text, depth: Self.depth) == .object,
            let start = text.firstIndex(of: UInt8(ascii: "{"))
        else { return nil }
        var (rest, members) = (JSONMembers(UnsafeRawBufferPointer(rebasing: text[start...])), [(name: String, value: FlatValue)]())
        while let (name, value) = rest.next() { members.append((name.text, FlatValue(value))) }
        self.members = members
    }
}
