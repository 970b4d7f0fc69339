public import AssetlogCore

/// A value of JSON.
///
/// Two values are equal when the JSON that they stand for is the same, byte for byte. (Swift's texts are equal when they
/// only look alike.)
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int)
    /// NaN and infinities are sent as the bare words that Python sends.
    case double(Double)
    case string(String)
    case array([JSONValue])
    /// Names in objects have no order.
    case object(JSONObject)
    /// Any JSON, as text.
    case text(JSONText)
}

/// The members of a JSON object, each name once.
public struct JSONObject: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// A name and its value.
    public struct Member: Hashable, Sendable {
        /// The name.
        public var name: String
        /// The value.
        public var value: JSONValue
    }

    /// The members, sorted by the bytes of their names.
    public private(set) var members: [Member] = []

    /// Makes an object without members.
    public init() {}

    /// Makes an object of members; of names with the same bytes the last counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (name, value) in elements { self[name] = value }
    }

    /// The value of a name; nil removes it.
    public subscript(name: String) -> JSONValue? {
        get { members.first { $0.name.isSame(as: name) }?.value }
        set {
            let index = members.firstIndex { !$0.name.utf8.lexicographicallyPrecedes(name.utf8) } ?? members.count
            let isThere = index < members.count && members[index].name.isSame(as: name)
            members.replaceSubrange(
                index..<(isThere ? index + 1 : index), with: newValue.map { [Member(name: name, value: $0)] } ?? [])
        }
    }
}

/// JSON as it is written, checked.
public struct JSONText: Hashable, Sendable {
    /// The kind of the value.
    public let kind: JSONKind
    /// The canonical form: without blanks, names in objects sorted.
    let bytes: [UInt8]

    /// Checks a text.
    ///
    /// - Throws: `JSONError` when it is not JSON.
    public init(_ text: String) throws {
        try self.init(utf8: Array(text.utf8))
    }

    init(utf8 source: [UInt8]) throws {
        kind = try source.withUnsafeBytes { try JSONScanner.validate($0) }
        bytes = try source.withUnsafeBytes { try CanonicalJSON.canonical(of: $0) }
    }
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(nilLiteral: ()) { self = .null }

    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (name, value) in elements { object[name] = value }
        self = .object(object)
    }
}

extension JSONValue {
    /// The value of a word as a person types it: a number, `true`, `false` or `null` where the word is exactly how that is
    /// read back, else a text.
    ///
    /// So `10`, `-1.5` and `true` are what they look like, and a version `1.10`, a hash `7e10432`, a code `007` and the word
    /// `NaN` stay as they are.
    public init(typed word: String) {
        self = .string(word)
        guard let json = try? JSONText(word), json.bytes.elementsEqual(word.utf8) else { return }
        switch json.kind {
        case .true: self = .bool(true)
        case .false: self = .bool(false)
        case .null: self = .null
        case .integer: self = .text(json)
        case .float where !["NaN", "Infinity", "-Infinity"].contains(word): self = .text(json)
        case .float, .string, .array, .object: break
        }
    }

    /// Appends the canonical text.
    func append(to output: inout [UInt8]) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .int(let value): output += String(value).utf8
        case .double(let value): output += Self.text(of: value).utf8
        case .string(let value): CanonicalJSON.appendString(value.utf8, to: &output)
        case .text(let text): output += text.bytes
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                element.append(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let object): Self.append(object.members.map { ($0.name, $0.value) }, to: &output)
        }
    }

    /// Appends an object whose members keep their order.
    static func append(_ members: [(String, JSONValue)], to output: inout [UInt8]) {
        output.append(UInt8(ascii: "{"))
        for (index, (name, value)) in members.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            CanonicalJSON.appendString(name.utf8, to: &output)
            output.append(UInt8(ascii: ":"))
            value.append(to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }

    private static func text(of value: Double) -> String {
        if value.isNaN { return "NaN" }
        guard value.isFinite else { return value < 0 ? "-Infinity" : "Infinity" }
        return "\(value)"
    }

    private var canonical: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    /// Whether two values stand for the same JSON.
    public static func == (left: JSONValue, right: JSONValue) -> Bool { left.canonical == right.canonical }

    /// Hashes the JSON.
    public func hash(into hasher: inout Hasher) { hasher.combine(canonical) }
}

extension String {
    /// Whether the bytes are equal. (Swift's texts are equal when they only look alike.)
    func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
