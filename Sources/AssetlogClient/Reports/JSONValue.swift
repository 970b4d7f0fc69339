public import AssetlogCore

/// A value of JSON.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int)
    /// NaN and infinities are sent as the bare words that Python sends.
    case double(Double)
    case string(String)
    case array([JSONValue])
    /// Names in objects have no order.
    case object([String: JSONValue])
    /// Any JSON, as text.
    case text(JSONText)
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
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(Dictionary(elements) { $1 }) }
    public init(nilLiteral: ()) { self = .null }
}

extension JSONValue {
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
        case .object(let members):
            JSONValue.append(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, to: &output)
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
}
