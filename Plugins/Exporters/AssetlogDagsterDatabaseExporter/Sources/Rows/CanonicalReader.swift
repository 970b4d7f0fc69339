#if DagsterDatabase
import AssetlogCore

/// Walks over canonical JSON, as the log keeps it, without making values of it. What is no JSON ends early.
struct CanonicalReader {
    /// A member of an object.
    struct Member {
        var name: String
        var value: ArraySlice<UInt8>
    }

    private let json: ArraySlice<UInt8>
    private var position: Int

    private init(_ json: ArraySlice<UInt8>) {
        self.json = json
        position = json.startIndex
    }

    /// The members of an object in their order; none of what is no object.
    static func members(of object: ArraySlice<UInt8>) -> [Member] {
        var reader = CanonicalReader(object)
        var members: [Member] = []
        guard reader.pass("{") else { return [] }
        while let name = reader.takeString(), reader.pass(":"), let value = reader.takeValue() {
            members.append(Member(name: text(name) ?? "", value: value))
            guard reader.pass(",") else { break }
        }
        return members
    }

    /// The members of an object by name; nil for what is no object, or has others than these.
    static func members(of object: ArraySlice<UInt8>, among names: Set<String>) -> [String: ArraySlice<UInt8>]? {
        guard object.first == UInt8(ascii: "{") else { return nil }
        let members = members(of: object)
        guard members.allSatisfy({ names.contains($0.name) }) else { return nil }
        return Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    }

    /// The elements of an array; nil for anything else.
    static func elements(of array: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        var reader = CanonicalReader(array)
        var elements: [ArraySlice<UInt8>] = []
        guard reader.pass("[") else { return nil }
        while let value = reader.takeValue() {
            elements.append(value)
            guard reader.pass(",") else { break }
        }
        return elements
    }

    /// The text of a JSON string; nil for anything else.
    static func text(_ string: ArraySlice<UInt8>) -> String? {
        guard string.count >= 2, string.first == UInt8(ascii: "\"") else { return nil }
        let content = string.dropFirst().dropLast()
        guard content.contains(UInt8(ascii: "\\")) else { return String(decoding: content, as: UTF8.self) }
        return CanonicalJSON.strings(inArray: [UInt8(ascii: "[")] + string + [UInt8(ascii: "]")])?.first
    }

    /// Whether some object of a value, at whatever depth, has one of these names, and how deep the value is.
    static func survey(_ value: ArraySlice<UInt8>, for names: Set<String>) -> (hasName: Bool, depth: Int) {
        var reader = CanonicalReader(value)
        var (hasName, depth, deepest) = (false, 0, 0)
        while let byte = reader.next {
            if byte == UInt8(ascii: "\"") {
                guard let string = reader.takeString() else { break }
                if reader.next == UInt8(ascii: ":"), let name = text(string), names.contains(name) { hasName = true }
                continue
            }
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
            if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { depth -= 1 }
            deepest = max(deepest, depth)
            reader.position += 1
        }
        return (hasName, deepest)
    }

    private var next: UInt8? { position < json.endIndex ? json[position] : nil }

    private mutating func pass(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func takeString() -> ArraySlice<UInt8>? {
        let start = position
        guard pass("\"") else { return nil }
        while let byte = next {
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return json[start..<position] }
        }
        position = json.endIndex
        return nil
    }

    // It ends at the comma or the bracket that is at its own level.
    private mutating func takeValue() -> ArraySlice<UInt8>? {
        let start = position
        var depth = 0
        while let byte = next {
            if byte == UInt8(ascii: "\"") {
                guard takeString() != nil else { return nil }
                continue
            }
            let isEnd = byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
            if depth == 0, isEnd || byte == UInt8(ascii: ",") { break }
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
            if isEnd { depth -= 1 }
            position += 1
        }
        return position > start ? json[start..<position] : nil
    }
}
#endif
