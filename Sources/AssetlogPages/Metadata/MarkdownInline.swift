/// Reads what is in a block of Markdown: emphasis, code, links and line breaks.
///
/// The text becomes a list of nodes in one pass. Brackets and marks of emphasis wait on short stacks until their other end comes; those
/// that fall off stay text.
struct MarkdownInline {
    /// A piece of the text.
    enum Node {
        case text(Range<Int>)
        case code(Range<Int>)
        case entity(String)
        case lineBreak
        /// Marks of emphasis, by their number.
        case marks(Int)
        case linkStart(WebAddress)
        case linkEnd
        /// Nothing: a link in a link.
        case none
    }

    /// A `[` that waits for its end.
    private struct Bracket {
        /// The node that it is.
        var node: Int
        /// The number of marks of emphasis before it.
        var marks: Int
        var isImage: Bool
        /// Whether a link may begin with it: there is none in a link.
        var isActive = true
    }

    private static let openBrackets = 32

    private let bytes: [UInt8]
    private let codeEnds: [Int: Int]
    private var nodes: [Node] = []
    private var emphasis = MarkdownEmphasis()
    private var brackets: [Bracket] = []
    private var position = 0
    // Where the text that is no node yet begins.
    private var pending = 0

    init(_ text: [UInt8]) {
        // Blanks at the end break no line.
        let end = text.lastIndex { !$0.isMarkdownBlank }.map { $0 + 1 } ?? 0
        bytes = Array(text[..<end])
        codeEnds = Self.codeEnds(of: bytes)
    }

    /// Writes the text; call it once.
    mutating func write(to writer: inout MarkdownWriter) {
        while position < bytes.count { step() }
        flush()
        emphasis.match(from: 0)
        for node in nodes where !writer.isFull || !node.isText { write(node, to: &writer) }
    }

    private mutating func step() {
        switch bytes[position] {
        case UInt8(ascii: "\\"): escape()
        case UInt8(ascii: "`"): code()
        case UInt8(ascii: "*"), UInt8(ascii: "_"): marks()
        case UInt8(ascii: "!") where next(1) == UInt8(ascii: "["): openBracket(length: 2)
        case UInt8(ascii: "["): openBracket(length: 1)
        case UInt8(ascii: "]"): closeBracket()
        case UInt8(ascii: "<"): autolink()
        case UInt8(ascii: "&"): entity()
        case 0x0a: lineEnd()
        default: position += 1
        }
    }

    private func next(_ offset: Int) -> UInt8? { position + offset < bytes.count ? bytes[position + offset] : nil }

    // Makes a node of the text until here.
    private mutating func flush(upTo end: Int? = nil) {
        let end = end ?? position
        if pending < end { nodes.append(.text(pending..<end)) }
        pending = position
    }

    // Makes a node of the next bytes.
    private mutating func take(_ length: Int, as node: Node) {
        flush()
        nodes.append(node)
        position += length
        pending = position
    }

    // MARK: Escapes, entities, line ends

    private mutating func escape() {
        guard let escaped = next(1) else { return position += 1 }
        if escaped == 0x0a { return take(2, as: .lineBreak) }
        guard escaped.isASCIIPunctuation else { return position += 1 }
        flush()
        pending = position + 1
        position += 2
    }

    private static let entities = [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", "\u{a0}")]

    private mutating func entity() {
        let rest = bytes[position...].prefix(6)
        guard let known = Self.entities.first(where: { rest.starts(with: $0.0.utf8) }) else { return position += 1 }
        take(known.0.utf8.count, as: .entity(known.1))
    }

    private mutating func lineEnd() {
        let text = bytes[pending..<position]
        let end = text.lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? pending
        let isBreak = position - end >= 2
        flush(upTo: end)
        if isBreak { nodes.append(.lineBreak) }
        // The line end itself is text.
        position += 1
    }

    // MARK: Code

    // For each run of backquotes the index of the next one of the same length.
    private static func codeEnds(of bytes: [UInt8]) -> [Int: Int] {
        var (ends, latest) = ([Int: Int](), [Int: Int]())
        var end = bytes.count
        while let last = bytes[..<end].lastIndex(of: UInt8(ascii: "`")) {
            let start = bytes[..<last].lastIndex { $0 != UInt8(ascii: "`") }.map { $0 + 1 } ?? 0
            let length = last + 1 - start
            ends[start] = latest[length]
            latest[length] = start
            end = start
        }
        return ends
    }

    private mutating func code() {
        let length = bytes[position...].prefix { $0 == UInt8(ascii: "`") }.count
        guard let end = codeEnds[position] else { return position += length }
        var content = position + length..<end
        let isPadded = content.count > 2 && bytes[content.lowerBound] == 0x20 && bytes[end - 1] == 0x20
        if isPadded { content = content.lowerBound + 1..<end - 1 }
        take(end + length - position, as: .code(content))
    }

    // MARK: Emphasis

    private mutating func marks() {
        let length = bytes[position...].prefix { $0 == bytes[position] }.count
        let sides = (before: position > 0 ? bytes[position - 1] : 0x20, after: next(length) ?? 0x20)
        guard let number = emphasis.add(bytes[position], count: length, sides) else { return position += length }
        take(length, as: .marks(number))
    }

    // MARK: Links

    private mutating func openBracket(length: Int) {
        flush()
        if brackets.count == Self.openBrackets { brackets.removeFirst() }
        brackets.append(Bracket(node: nodes.count, marks: emphasis.open, isImage: length == 2))
        nodes.append(.text(position..<position + length))
        position += length
        pending = position
    }

    private mutating func closeBracket() {
        guard let bracket = brackets.popLast(), bracket.isActive,
            let target = MarkdownTarget(bytes, at: position + 1), let address = WebAddress(target.address)
        else { return position += 1 }
        flush()
        emphasis.match(from: bracket.marks)
        link(bracket, to: address)
        position = target.end
        pending = position
    }

    private mutating func link(_ bracket: Bracket, to address: WebAddress) {
        for index in bracket.node + 1..<nodes.count where nodes[index].isLink { nodes[index] = .none }
        let isEmpty = bracket.node + 1 == nodes.count
        nodes[bracket.node] = .linkStart(address)
        if isEmpty { nodes.append(.entity(address.href)) }
        nodes.append(.linkEnd)
        if !bracket.isImage {
            for index in brackets.indices where !brackets[index].isImage { brackets[index].isActive = false }
        }
    }

    private mutating func autolink() {
        let inside = bytes[(position + 1)...].prefix(WebAddress.limit + 1).prefix {
            $0 > 0x20 && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "<")
        }
        guard inside.endIndex < bytes.count, bytes[inside.endIndex] == UInt8(ascii: ">"),
            let address = WebAddress(String(decoding: inside, as: UTF8.self))
        else { return position += 1 }
        take(inside.count + 2, as: .linkStart(address))
        nodes.append(.text(inside.indices))
        nodes.append(.linkEnd)
    }

    // MARK: Writing

    private func write(_ node: Node, to writer: inout MarkdownWriter) {
        switch node {
        case .text(let range): writer.text(String(decoding: bytes[range], as: UTF8.self))
        case .entity(let text): writer.text(text)
        case .lineBreak: writer.empty("<br>")
        case .marks(let number): emphasis.write(number, to: &writer)
        case .linkStart(let address): writer.open(address.start)
        case .linkEnd: writer.close("</a>")
        case .code(let range):
            writer.open("<code>")
            writer.text(String(decoding: bytes[range].map { $0 == 0x0a ? 0x20 : $0 }, as: UTF8.self))
            writer.close("</code>")
        case .none: break
        }
    }
}

extension MarkdownInline.Node {
    // Texts may be left out, beginnings and ends of elements not.
    fileprivate var isText: Bool {
        switch self {
        case .marks, .linkStart, .linkEnd: false
        default: true
        }
    }

    fileprivate var isLink: Bool {
        switch self {
        case .linkStart, .linkEnd: true
        default: false
        }
    }
}

/// What a link leads to, in parentheses after its text: `(https://example.com "a title")`.
struct MarkdownTarget {
    private static let longestTitle = 500
    private static let deepestParenthesis = 8

    let address: String
    /// The position after it.
    private(set) var end: Int

    init?(_ bytes: [UInt8], at start: Int) {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "(") else { return nil }
        let first = Self.skipBlanks(bytes, start + 1)
        let isBracketed = first < bytes.count && bytes[first] == UInt8(ascii: "<")
        let destination = isBracketed ? Self.bracketed(bytes, first + 1) : Self.plain(bytes, first)
        address = String(decoding: bytes[destination], as: UTF8.self)
        end = destination.upperBound
        if isBracketed {
            guard end < bytes.count, bytes[end] == UInt8(ascii: ">") else { return nil }
            end += 1
        }
        end = Self.skipBlanks(bytes, end)
        if end < bytes.count, bytes[end] == UInt8(ascii: "\"") || bytes[end] == UInt8(ascii: "'") {
            let mark = bytes[end]
            end += bytes[(end + 1)...].prefix(Self.longestTitle).prefix { $0 != mark }.count + 2
            end = Self.skipBlanks(bytes, end)
        }
        guard end < bytes.count, bytes[end] == UInt8(ascii: ")") else { return nil }
        end += 1
    }

    private static func skipBlanks(_ bytes: [UInt8], _ start: Int) -> Int {
        var position = start
        while position < bytes.count, bytes[position].isMarkdownBlank || bytes[position] == 0x0a { position += 1 }
        return position
    }

    private static func bracketed(_ bytes: [UInt8], _ start: Int) -> Range<Int> {
        bytes[start...].prefix(WebAddress.limit + 1).prefix { $0 >= 0x20 && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "<") }.indices
    }

    // Up to a blank or to a parenthesis that was not opened in it. A bracket ends it too, so that no text is read twice.
    private static func plain(_ bytes: [UInt8], _ start: Int) -> Range<Int> {
        var depth = 0
        return bytes[start...].prefix(WebAddress.limit + 1).prefix { byte in
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") { depth -= 1 }
            return byte > 0x20 && depth >= 0 && depth <= deepestParenthesis && byte != UInt8(ascii: "[") && byte != UInt8(ascii: "]")
        }.indices
    }
}

extension UInt8 {
    var isASCIIPunctuation: Bool { (0x21...0x7e).contains(self) && !isASCIILetterOrDigit }
}
