/// A value of stored JSON, which is read only as far as someone asks for it.
///
/// It is safe on any bytes: what makes no sense has no members, no elements and no text. Stored JSON has no blanks around its tokens.
struct StoredJSON: Sendable {
    /// What a value is; `other` is no JSON.
    enum Kind { case object, array, string, number, boolean, null, other }

    /// The value as it is stored.
    let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    var kind: Kind {
        // No value begins with a zero byte.
        switch bytes.first ?? 0 {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        case UInt8(ascii: "n"): .null
        // Also NaN, Infinity and -Infinity.
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "N"), UInt8(ascii: "I"): .number
        default: .other
        }
    }

    /// The members of an object, in their order.
    var members: StoredJSONMembers { StoredJSONMembers(bytes) }

    /// The elements of an array, in their order.
    var elements: StoredJSONElements { StoredJSONElements(bytes) }

    /// The member of this name; of a doubled name the first. The name has nothing to escape.
    subscript(name: StaticString) -> StoredJSON? {
        members.first { $0.name.isString(name) }?.value
    }

    /// Whether it is a string of these characters, none of which needs an escape.
    func isString(_ text: StaticString) -> Bool {
        bytes.count == text.utf8CodeUnitCount + 2 && kind == .string
            && bytes.dropFirst().dropLast().elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Whether it is this word: `true`, `false`, `null`.
    func isWord(_ word: StaticString) -> Bool {
        bytes.elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    /// A number or a word as it is written, or the beginning of anything else.
    func literal(atMost limit: Int = 200) -> String {
        ShownText.cut(String(decoding: bytes.prefix(4 * limit + 4), as: UTF8.self), to: limit)
    }

    /// What a number stands for.
    var double: Double? { kind == .number && bytes.count <= 400 ? Double(String(decoding: bytes, as: UTF8.self)) : nil }
}

// MARK: Text

extension StoredJSON {
    /// What a string stands for; nil: it is none.
    var text: String? { decoded(atMost: .max) }

    /// What a string stands for, cut when it has more scalars; nil: it is none.
    func text(atMost scalars: Int) -> String? {
        decoded(atMost: 4 * scalars + 4).map { ShownText.cut($0, to: scalars) }
    }

    private func decoded(atMost limit: Int) -> String? {
        guard kind == .string, bytes.count >= 2 else { return nil }
        let content = bytes.dropFirst().dropLast()
        guard content.prefix(limit).contains(UInt8(ascii: "\\")) else { return String(decoding: content.prefix(limit), as: UTF8.self) }
        var output: [UInt8] = []
        var position = content.startIndex
        while position < content.endIndex, output.count < limit {
            position = Self.decode(content, at: position, to: &output)
        }
        return String(decoding: output, as: UTF8.self)
    }

    // One byte or one escape; returns what is after it.
    private static func decode(_ content: ArraySlice<UInt8>, at position: Int, to output: inout [UInt8]) -> Int {
        guard content[position] == UInt8(ascii: "\\"), position + 1 < content.endIndex else {
            output.append(content[position])
            return position + 1
        }
        switch content[position + 1] {
        case UInt8(ascii: "n"): output.append(0x0a)
        case UInt8(ascii: "r"): output.append(0x0d)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "u"):
            let digits = content[(position + 2)...].prefix(4)
            // Only control characters are stored in this form.
            let scalar = UInt32(String(decoding: digits, as: UTF8.self), radix: 16).flatMap(Unicode.Scalar.init) ?? "\u{fffd}"
            output.append(contentsOf: String(Character(scalar)).utf8)
            return digits.endIndex
        default: output.append(content[position + 1])
        }
        return position + 2
    }
}

/// The members of an object; those of anything else are none.
struct StoredJSONMembers: Sequence, IteratorProtocol {
    private var cursor: StoredJSONCursor
    private var isFirst = true

    init(_ object: ArraySlice<UInt8>) { cursor = StoredJSONCursor(object) }

    mutating func next() -> (name: StoredJSON, value: StoredJSON)? {
        guard cursor.skip(isFirst ? "{" : ",") else { return nil }
        isFirst = false
        guard let name = cursor.string(), cursor.skip(":"), let value = cursor.value() else { return nil }
        return (StoredJSON(name), StoredJSON(value))
    }
}

/// The elements of an array; those of anything else are none.
struct StoredJSONElements: Sequence, IteratorProtocol {
    private var cursor: StoredJSONCursor
    private var isFirst = true

    init(_ array: ArraySlice<UInt8>) { cursor = StoredJSONCursor(array) }

    mutating func next() -> StoredJSON? {
        guard cursor.skip(isFirst ? "[" : ",") else { return nil }
        isFirst = false
        return cursor.value().map(StoredJSON.init)
    }
}

/// A position in stored JSON. It checks no grammar, but never reads beyond the end.
private struct StoredJSONCursor {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.endIndex, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// The string that starts here, with its quotes; nil: there is none, or it has no end.
    mutating func string() -> ArraySlice<UInt8>? {
        let start = position
        guard skip("\"") else { return nil }
        while position < bytes.endIndex {
            let byte = bytes[position]
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return bytes[start..<position] }
        }
        position = bytes.endIndex
        return nil
    }

    /// The value that starts here: up to the comma or the bracket that is at its own level; nil: there is none.
    mutating func value() -> ArraySlice<UInt8>? {
        let start = position
        var depth = 0
        reading: while position < bytes.endIndex {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                guard string() != nil else { return nil }
                continue reading
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { break reading }
                depth -= 1
            case UInt8(ascii: ","):
                if depth == 0 { break reading }
            default: break
            }
            position += 1
        }
        return position > start ? bytes[start..<position] : nil
    }
}
