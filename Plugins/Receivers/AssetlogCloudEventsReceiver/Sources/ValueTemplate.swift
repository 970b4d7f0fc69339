#if CloudEventsReceiver
import AssetlogCore

/// Where a value stands in an event: the name of an attribute, `subject`, or a way into the data, `data.table.name`.
struct ValuePath: Sendable {
    private let parts: [String]

    init(_ text: some StringProtocol) throws(MappingProblem) {
        parts = text.split(separator: "." as Character, omittingEmptySubsequences: false).map { String($0) }
        let isAttribute =
            parts.count == 1 && !text.isEmpty && text.utf8.allSatisfy(Self.isOfAttribute)
        guard parts.first == "data" ? !parts.contains("") : isAttribute else {
            throw MappingProblem(
                "\(String(text).quoted) is neither an attribute, such as subject, nor in the data, such as data.table"
            )
        }
    }

    /// How it is written.
    var text: String { parts.joined(separator: ".") }

    /// The value in an event; nil: there is none, or it is null.
    func value(in event: CloudEvent) -> Value? {
        guard parts.first == "data" else { return event.attributes[parts[0]].map(Value.attribute) }
        var view = event.data
        for part in parts.dropFirst() {
            guard let outer = view else { return nil }
            view = outer.kind == .array ? Self.element(part, outer.elements) : outer[part]
        }
        return view.flatMap { $0.kind == .null ? nil : Value.json($0) }
    }

    /// A value of an event.
    enum Value {
        case attribute(String)
        case json(JSONView)

        /// Its text, where it is a text, a number or a truth value.
        var text: String? {
            switch self {
            case .attribute(let text): text
            case .json(let view) where view.kind == .object || view.kind == .array: nil
            case .json(let view): view.text ?? String(decoding: view.json, as: UTF8.self)
            }
        }
    }

    private static func element(_ part: String, _ elements: [JSONView]) -> JSONView? {
        guard let index = Int(part), elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    private static func isOfAttribute(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}

/// A text with values of an event in braces: `{data.schema}.{data.table}`.
struct TextTemplate: Sendable {
    /// A piece of it.
    enum Piece: Sendable {
        case literal(String)
        case value(ValuePath)
    }

    let pieces: [Piece]

    init(_ text: some StringProtocol) throws(MappingProblem) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { pieces.append(.literal(String(rest[..<open]))) }
            rest = rest[rest.index(after: open)...]
            guard let close = rest.firstIndex(of: "}") else {
                throw MappingProblem("a brace is not closed in \(String(text).quoted)")
            }
            pieces.append(.value(try ValuePath(rest[..<close])))
            rest = rest[rest.index(after: close)...]
        }
        guard !rest.contains("}") else {
            throw MappingProblem("a brace is not opened in \(String(text).quoted)")
        }
        if !rest.isEmpty { pieces.append(.literal(String(rest))) }
        self.pieces = pieces
    }

    /// The only value of which it consists; nil: it is put together.
    var onlyPath: ValuePath? {
        guard pieces.count == 1, case .value(let path) = pieces[0] else { return nil }
        return path
    }

    /// The text for an event; nil: a value is not there.
    func text(in event: CloudEvent) throws(MappingProblem) -> String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal
            case .value(let path):
                guard let value = path.value(in: event) else { return nil }
                guard let part = value.text else {
                    throw MappingProblem("\(path.text.quoted) is an object or an array, not a text.")
                }
                text += part
            }
        }
        return text
    }

    /// The values that an event does not have.
    func missing(in event: CloudEvent) -> [String] {
        pieces.compactMap { piece in
            guard case .value(let path) = piece, path.value(in: event) == nil else { return nil }
            return path.text
        }
    }
}

/// An asset key with values of an event in braces, its parts with slashes between them: `warehouse/{data.table}`. A value is one part,
/// an array of texts several; `{data.table:.}` splits a text at each dot.
struct KeyTemplate: Sendable {
    private let parts: [(template: TextTemplate, separator: String?)]

    init(_ text: String) throws(MappingProblem) {
        var parts: [(template: TextTemplate, separator: String?)] = []
        for part in Self.split(text) { parts.append(try Self.part(part)) }
        self.parts = parts
    }

    /// The key for an event.
    func key(in event: CloudEvent) throws(MappingProblem) -> AssetKey {
        var key: [String] = []
        for (template, separator) in parts {
            if separator == nil, case .json(let view)? = template.onlyPath?.value(in: event),
                view.kind == .array
            {
                let texts = view.elements.compactMap(\.text)
                guard texts.count == view.elements.count else {
                    throw MappingProblem("The asset key is an array with other values than texts.")
                }
                key += texts
                continue
            }
            guard let text = try template.text(in: event) else {
                throw MappingProblem(
                    "The asset is not known: it has no \(template.missing(in: event).joined(separator: ", no ").quoted)."
                )
            }
            key +=
                separator.map {
                    text.split(separator: $0, omittingEmptySubsequences: false).map(String.init)
                } ?? [text]
        }
        guard !key.isEmpty else {
            throw MappingProblem("The asset is not known: its key has no parts.")
        }
        return AssetKey(key)
    }

    private static func part(_ text: String) throws(MappingProblem) -> (
        template: TextTemplate, separator: String?
    ) {
        guard !text.isEmpty else { throw MappingProblem("asset has an empty part") }
        guard let colon = colonInBraces(text) else { return (try TextTemplate(text), nil) }
        let separator = text[text.index(after: colon)...].dropLast()
        guard text.hasPrefix("{"), text.hasSuffix("}"), !separator.isEmpty, !separator.contains("}") else {
            throw MappingProblem(
                "a value that is split must be a part of its own, such as {subject:/}, not \(text.quoted)"
            )
        }
        return (try TextTemplate("\(text[..<colon])}"), String(separator))
    }

    private static func colonInBraces(_ text: String) -> String.Index? {
        var isInside = false
        for index in text.indices {
            switch text[index] {
            case "{": isInside = true
            case "}": isInside = false
            case ":" where isInside: return index
            default: break
            }
        }
        return nil
    }

    // At the slashes outside of braces.
    private static func split(_ text: String) -> [String] {
        var (parts, depth) = ([""], 0)
        for character in text {
            if character == "{" { depth += 1 }
            if character == "}" { depth -= 1 }
            if character == "/", depth == 0 {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }
}
#endif
