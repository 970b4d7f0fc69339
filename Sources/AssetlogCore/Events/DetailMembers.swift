/// Finds members of an event's details, a canonical JSON object, without reading the values of the others.
///
/// It is safe on any bytes: what is no object has no members.
public struct DetailMembers {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// Starts at the brace of the object. The bytes must outlive the value.
    public init(_ details: UnsafeRawBufferPointer) { bytes = details }

    /// The text of a member's value as it stands there; nil when there is none, or the bytes are not an object.
    public static func value(of name: String, in details: [UInt8]) -> [UInt8]? {
        details.withUnsafeBytes { bytes in
            var members = DetailMembers(bytes)
            return members.value(of: name).map(Array.init)
        }
    }

    /// The bytes of a member's value as they stand there; nil when there is none after those that were read before.
    public mutating func value(of name: String) -> UnsafeRawBufferPointer? {
        guard skip(position == 0 ? "{" : ",") else { return nil }
        repeat {
            guard let member = member() else { return nil }
            if member.name.elementsEqual(name.utf8) { return member.value }
        } while skip(",")
        return nil
    }

    /// The next member: its name as it stands between the quotes, and the text of its value; nil: there is none.
    package mutating func next() -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)? {
        guard skip(position == 0 ? "{" : ",") else { return nil }
        return member()
    }

    private mutating func member() -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)? {
        let start = position
        guard skipString() else { return nil }
        let name = UnsafeRawBufferPointer(rebasing: bytes[start + 1..<position - 1])
        guard skip(":") else { return nil }
        let valueStart = position
        guard skipValue() else { return nil }
        return (name, UnsafeRawBufferPointer(rebasing: bytes[valueStart..<position]))
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
