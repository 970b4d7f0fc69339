import AssetlogCore

/// The small pieces of JSON of which the document is made.
enum OpenAPIText {
    /// A text in quotes.
    static func string(_ text: String) -> String {
        var bytes: [UInt8] = []
        CanonicalJSON.appendString(text.utf8, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A list of texts.
    static func strings(_ texts: [String]) -> String {
        "[\(texts.map(string).joined(separator: ","))]"
    }

    /// What refers to a component: `{"$ref": "#/components/schemas/Event"}`.
    static func reference(_ kind: String, _ name: String) -> String {
        ##"{"$ref": "#/components/\##(kind)/\##(name)"}"##
    }

    /// The members of a schema that say what else must hold in each of several cases: one `if` behind the other.
    ///
    /// Programs that make clients pass over `if`, where they fail at the alternatives of a value that has no name.
    static func cases(_ cases: [(condition: String, schema: String)], otherwise: String = "") -> String {
        guard let first = cases.first else { return otherwise }
        let rest = Self.cases(Array(cases.dropFirst()), otherwise: otherwise)
        let end = rest.isEmpty ? "" : #", "else": {\#(rest)}"#
        return #""if": \#(first.condition), "then": \#(first.schema)\#(end)"#
    }

    /// JSON without the blanks and line feeds between its tokens.
    static func compact(_ json: String) -> [UInt8] {
        var (isInString, isEscaped) = (false, false)
        return json.utf8.filter { byte in
            if isInString {
                if !isEscaped, byte == UInt8(ascii: "\"") { isInString = false }
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                return true
            }
            isInString = byte == UInt8(ascii: "\"")
            return byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\n")
        }
    }
}
