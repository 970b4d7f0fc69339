/// Finds members of an event's details, a canonical JSON object, without reading the values of the others.
struct DetailMembers {
    private let bytes: [UInt8]
    private var position = 0

    init(_ details: [UInt8]) { bytes = details }

    /// The text of a member's value as it stands there; nil when there is none, or the bytes are not an object.
    static func value(of name: String, in details: [UInt8]) -> ArraySlice<UInt8>? {
        var members = DetailMembers(details)
        guard members.skip("{") else { return nil }
        while let member = members.next() {
            if member.name.elementsEqual("\"\(name)\"".utf8) { return member.value }
            guard members.skip(",") else { return nil }
        }
        return nil
    }

    private mutating func next() -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)? {
        let start = position
        guard skipString() else { return nil }
        let name = bytes[start..<position]
        guard skip(":") else { return nil }
        let valueStart = position
        guard skipValue() else { return nil }
        return (name, bytes[valueStart..<position])
    }

    // A value ends at the comma or the bracket that is at its own level.
    private mutating func skipValue() -> Bool {
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                guard skipString() else { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return true }
                depth -= 1
            case UInt8(ascii: ","):
                if depth == 0 { return true }
            default: break
            }
            position += 1
        }
        return false
    }

    private mutating func skipString() -> Bool {
        guard skip("\"") else { return false }
        while position < bytes.count {
            defer { position += 1 }
            switch bytes[position] {
            case UInt8(ascii: "\\"): position += 1
            case UInt8(ascii: "\""): return true
            default: break
            }
        }
        return false
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }
}
