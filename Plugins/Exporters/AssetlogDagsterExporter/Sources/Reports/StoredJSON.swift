#if Dagster
import AssetlogCore

/// Reads canonical JSON as the log keeps it, without making values of it. It is safe on any bytes: what is no JSON ends early.
struct StoredJSON {
    /// A member of an object: its name as a JSON string with its quotes, and its value, both as they are written.
    struct Member {
        var name: ArraySlice<UInt8>
        var value: ArraySlice<UInt8>

        /// The name without quotes and escapes.
        var label: String { StoredJSON.text(name) ?? "" }
    }

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// The members of an object in their order; none of what is no object.
    static func members(of object: ArraySlice<UInt8>) -> [Member] {
        var reader = StoredJSON(object)
        var members: [Member] = []
        guard reader.skip("{") else { return [] }
        while let name = reader.string(), reader.skip(":"), let value = reader.value() {
            members.append(Member(name: name, value: value))
            guard reader.skip(",") else { break }
        }
        return members
    }

    /// The elements of an array in their order; nil for what is no array.
    static func elements(of array: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        var reader = StoredJSON(array)
        var elements: [ArraySlice<UInt8>] = []
        guard reader.skip("[") else { return nil }
        while let element = reader.value() {
            elements.append(element)
            guard reader.skip(",") else { break }
        }
        return elements
    }

    /// The names in all objects of a value, at any depth, with their quotes.
    static func names(in value: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var reader = StoredJSON(value)
        var names: [ArraySlice<UInt8>] = []
        while let byte = reader.next {
            guard byte == UInt8(ascii: "\"") else {
                reader.position += 1
                continue
            }
            guard let string = reader.string() else { break }
            if reader.next == UInt8(ascii: ":") { names.append(string) }
        }
        return names
    }

    /// How many arrays and objects of a value stand in one another at most.
    static func depth(of value: ArraySlice<UInt8>) -> Int {
        var reader = StoredJSON(value)
        var (depth, deepest) = (0, 0)
        while let byte = reader.next {
            switch byte {
            case UInt8(ascii: "\""):
                guard reader.string() != nil else { return deepest }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            deepest = max(deepest, depth)
            reader.position += 1
        }
        return deepest
    }

    /// The text of a JSON string; nil for anything else.
    static func text(_ string: ArraySlice<UInt8>) -> String? {
        CanonicalJSON.strings(inArray: [UInt8(ascii: "[")] + string + [UInt8(ascii: "]")])?.first
    }

    private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func string() -> ArraySlice<UInt8>? {
        let start = position
        guard skip("\"") else { return nil }
        while let byte = next {
            position += 1
            if byte == UInt8(ascii: "\"") { return bytes[start..<position] }
            if byte == UInt8(ascii: "\\"), next != nil { position += 1 }
        }
        return nil
    }

    // A value ends at the comma or the bracket that is at its own level.
    private mutating func value() -> ArraySlice<UInt8>? {
        let start = position
        var depth = 0
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                guard string() != nil else { return nil }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return position > start ? bytes[start..<position] : nil }
                depth -= 1
            case UInt8(ascii: ","):
                if depth == 0 { return position > start ? bytes[start..<position] : nil }
            default: break
            }
            position += 1
        }
        return depth == 0 && position > start ? bytes[start..<position] : nil
    }
}
#endif
