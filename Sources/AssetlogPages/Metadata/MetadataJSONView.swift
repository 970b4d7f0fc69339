/// A JSON value: in its line when it is short, else folded and with an indented line for each member.
struct MetadataJSONView {
    private static let line = 100

    let value: StoredJSON
    let room: Int

    var html: HTML {
        if value.bytes.count <= Self.line { return "<code><bdi dir=\"ltr\">\(value.literal())</bdi></code>" }
        let limit = max(0, room - 500)
        let text = ShownText.cut(IndentedJSON.text(value.bytes, atMost: limit), to: .max, markup: limit)
        return """
            <details class="metadata-folded"><summary>\(summary)</summary>\
            <pre tabindex="0" dir="ltr"><code>\(text)</code></pre></details>
            """
    }

    private var summary: String {
        switch value.kind {
        case .object: "JSON object with \(HTML.count(value.members.reduce(0) { count, _ in count + 1 }, "member"))"
        case .array: "JSON array with \(HTML.count(value.elements.reduce(0) { count, _ in count + 1 }, "element"))"
        default: "JSON with \(HTML.count(value.bytes.count, "byte"))"
        }
    }
}

/// Stored JSON with a line for each member and element.
struct IndentedJSON {
    // Deeper levels are indented like this one: a value may have five hundred.
    private static let deepest = 16

    private let limit: Int
    private var output: [UInt8] = []
    private var depth = 0

    private init(limit: Int) { self.limit = limit }

    /// The text, cut with "…" after so many bytes.
    static func text(_ json: ArraySlice<UInt8>, atMost limit: Int) -> String {
        var indented = IndentedJSON(limit: limit)
        var position = json.startIndex
        while position < json.endIndex, !indented.isFull { indented.token(json, &position) }
        return indented.text
    }

    private var isFull: Bool { output.count > limit }

    private var text: String {
        guard isFull else { return String(decoding: output, as: UTF8.self) }
        // Not in the midst of a character.
        let end = output[...limit].lastIndex { $0 & 0xc0 != 0x80 } ?? 0
        return String(decoding: output[..<end], as: UTF8.self) + "…"
    }

    private mutating func token(_ json: ArraySlice<UInt8>, _ position: inout Int) {
        let byte = json[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""): string(json, &position)
        case UInt8(ascii: "{"), UInt8(ascii: "["): open(byte, json, &position)
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth = max(0, depth - 1)
            line()
            output.append(byte)
        case UInt8(ascii: ","):
            output.append(byte)
            line()
        case UInt8(ascii: ":"): output.append(contentsOf: [byte, UInt8(ascii: " ")])
        default: output.append(byte)
        }
    }

    private mutating func open(_ byte: UInt8, _ json: ArraySlice<UInt8>, _ position: inout Int) {
        output.append(byte)
        if position < json.endIndex, json[position] == UInt8(ascii: "}") || json[position] == UInt8(ascii: "]") {
            output.append(json[position])
            position += 1
        } else {
            depth += 1
            line()
        }
    }

    private mutating func string(_ json: ArraySlice<UInt8>, _ position: inout Int) {
        output.append(UInt8(ascii: "\""))
        while position < json.endIndex, !isFull {
            let byte = json[position]
            output.append(byte)
            position += 1
            if byte == UInt8(ascii: "\\"), position < json.endIndex {
                output.append(json[position])
                position += 1
            }
            if byte == UInt8(ascii: "\"") { return }
        }
    }

    private mutating func line() {
        output.append(0x0a)
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * min(depth, Self.deepest)))
    }
}
