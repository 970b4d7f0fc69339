import Testing

/// HTML as a strict reader finds it: its elements and words, and what is wrong with it.
///
/// It knows the elements and attributes that pages have, and no other. What a browser would mend is a problem: elements that are
/// not closed in order, blocks in a paragraph, links in links, an ID twice, a reference to an ID that there is not.
struct Document {
    struct Element {
        var name: String
        var attributes: [(name: String, value: String)]
        /// Where its words are among those of the document.
        var words: Range<Int>

        subscript(name: String) -> String? { attributes.first { $0.name == name }?.value }
    }

    private(set) var elements: [Element] = []
    private(set) var problems: [String] = []
    private(set) var depth = 0
    private var text: [UInt8] = []
    private var open: [(name: String, element: Int)] = []

    init(_ html: String) {
        var rest = Array(html.utf8)[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            text += rest[..<start]
            guard let end = rest[start...].firstIndex(of: UInt8(ascii: ">")) else {
                problems.append("a tag has no end")
                break
            }
            read(tag: rest[(start + 1)..<end])
            rest = rest[(end + 1)...]
        }
        text += rest
        for (name, _) in open { problems.append("<\(name)> is not closed") }
        checkReferences()
    }

    /// What a reader reads, with one blank between words.
    var words: String { Self.words(text[...]) }

    /// What a reader reads in the first element with an attribute.
    func words(where name: String, _ value: String) -> String? {
        elements.first { $0[name] == value }.map { Self.words(text[$0.words]) }
    }

    /// What a reader reads in each element of a name.
    func words(in name: String) -> [String] {
        elements.filter { $0.name == name }.map { Self.words(text[$0.words]) }
    }

    /// The values that an attribute has in elements of a name.
    func values(of attribute: String, in name: String) -> [String] {
        elements.filter { $0.name == name }.compactMap { $0[attribute] }
    }

    // MARK: What there may be

    private static let void: Set = ["br", "hr", "wbr", "meta", "link", "input"]
    private static let blocks: Set = [
        "p", "div", "ul", "ol", "dl", "table", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "form", "nav", "figure",
        "details", "blockquote", "hr", "header", "footer", "main",
    ]
    private static let inline: Set = [
        "a", "bdi", "code", "data", "del", "em", "ins", "span", "strong", "time", "wbr", "br", "svg", "label", "input", "button",
    ]
    private static let drawing: Set = ["g", "path", "circle", "rect", "text", "title"]
    private static let other: Set = [
        "html", "head", "body", "meta", "link", "script", "dd", "dt", "li", "summary", "thead", "tbody", "tr", "td", "th", "figcaption",
    ]
    /// What an element must be in.
    private static let parents: [String: Set<String>] = [
        "li": ["ul", "ol"], "dt": ["dl", "div"], "dd": ["dl", "div"], "tr": ["thead", "tbody"], "td": ["tr"], "th": ["tr"],
        "thead": ["table"], "tbody": ["table"], "summary": ["details"], "figcaption": ["figure"], "script": ["head"],
        "meta": ["head"], "link": ["head"],
    ]
    private static let interactive: Set = ["a", "button", "input", "label", "details", "form"]

    private static let attributes: Set = [
        "href", "rel", "class", "dir", "tabindex", "role", "scope", "datetime", "value", "start", "id", "title", "lang", "charset", "name",
        "content", "src", "defer", "hidden", "open", "method", "action", "type", "for", "autocomplete", "spellcheck", "autocapitalize",
        "required", "autofocus", "maxlength", "placeholder", "viewBox", "preserveAspectRatio", "d", "fill", "fill-opacity", "x", "y", "cx",
        "cy", "r", "width", "height", "text-anchor", "stroke-width",
    ]

    private static func isKnown(_ attribute: String) -> Bool {
        attributes.contains(attribute) || attribute.hasPrefix("aria-") || attribute.hasPrefix("data-")
    }

    // MARK: Reading

    private mutating func read(tag: ArraySlice<UInt8>) {
        if tag.first == UInt8(ascii: "!") {
            if String(decoding: tag, as: UTF8.self) != "!DOCTYPE html" || !elements.isEmpty { problems.append("a declaration or comment") }
            return
        }
        let isEnd = tag.first == UInt8(ascii: "/")
        let content = isEnd ? tag.dropFirst() : tag
        let name = String(decoding: content.prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }, as: UTF8.self)
        if name == "br" || (!Self.inline.contains(name) && !Self.drawing.contains(name)) { text.append(UInt8(ascii: " ")) }
        if isEnd { close(name) } else { begin(name, content.dropFirst(name.utf8.count)) }
    }

    private mutating func close(_ name: String) {
        guard let last = open.popLast() else { return problems.append("</\(name)> closes nothing") }
        if last.name != name { problems.append("</\(name)> closes <\(last.name)>") }
        elements[last.element].words = elements[last.element].words.lowerBound..<text.count
    }

    private mutating func begin(_ name: String, _ rest: ArraySlice<UInt8>) {
        let isClosed = rest.last == UInt8(ascii: "/")
        let element = Element(name: name, attributes: Self.read(isClosed ? rest.dropLast() : rest), words: text.count..<text.count)
        check(element, isClosed: isClosed)
        elements.append(element)
        guard !Self.void.contains(name), !isClosed else { return }
        open.append((name, elements.count - 1))
        depth = max(depth, open.count)
    }

    private static func read(_ text: ArraySlice<UInt8>) -> [(name: String, value: String)] {
        var attributes: [(name: String, value: String)] = []
        let parts = text.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        for index in stride(from: 0, to: parts.count, by: 2) {
            var names = parts[index].split(whereSeparator: { $0 <= 0x20 }).map { String(decoding: $0, as: UTF8.self) }
            if index + 1 < parts.count {
                let name = names.popLast().map { $0.hasSuffix("=") ? String($0.dropLast()) : "?\($0)" } ?? "?"
                attributes += names.map { ($0, "") } + [(name, unescaped(parts[index + 1]))]
            } else {
                attributes += names.map { ($0, "") }
            }
        }
        return attributes
    }

    // MARK: Checking

    private mutating func check(_ element: Element, isClosed: Bool) {
        let (name, parent) = (element.name, open.last?.name)
        let isInDrawing = open.contains { $0.name == "svg" }
        guard Self.blocks.contains(name) || Self.inline.contains(name) || Self.other.contains(name) || Self.drawing.contains(name) else {
            return problems.append("<\(name)>")
        }
        if Self.drawing.contains(name), !isInDrawing, !(name == "title" && parent == "head") { problems.append("<\(name)> in no drawing") }
        if isClosed, !isInDrawing { problems.append("<\(name)/>") }
        if Self.blocks.contains(name), let outer = open.last(where: { Self.noBlocks.contains($0.name) })?.name, !Self.may(name, in: outer) {
            problems.append("<\(name)> in <\(outer)>")
        }
        if let wanted = Self.parents[name], !open.isEmpty, !wanted.contains(parent ?? "") {
            problems.append("<\(name)> in <\(parent ?? "")>")
        }
        if Self.interactive.contains(name), let outer = open.last(where: { $0.name == "a" || $0.name == "button" })?.name {
            problems.append("<\(name)> in <\(outer)>")
        }
        if name == "form", open.contains(where: { $0.name == "form" }) { problems.append("<form> in <form>") }
        if name == "script", element["src"]?.hasPrefix("/") != true { problems.append("a script in the page") }
        for (attribute, value) in element.attributes { check(attribute, value, of: name) }
        if Set(element.attributes.map(\.name)).count < element.attributes.count { problems.append("<\(name)> has an attribute twice") }
    }

    private static let noBlocks: Set = [
        "p", "span", "em", "strong", "code", "bdi", "a", "h1", "h2", "h3", "h4", "h5", "h6", "button", "summary",
    ]

    // A heading may stand in a summary.
    private static func may(_ name: String, in outer: String) -> Bool { outer == "summary" && name.first == "h" && name.count == 2 }

    private mutating func check(_ attribute: String, _ value: String, of name: String) {
        if !Self.isKnown(attribute) { problems.append("<\(name) \(attribute)=\(value)>") }
        switch attribute {
        case "href":
            let isIcon = name == "link" && value.hasPrefix("data:image/svg+xml,")
            let isAddress = ["https://", "http://", "HTTP", "/", "#"].contains { value.hasPrefix($0) } && !value.hasPrefix("//")
            if !isIcon, !isAddress { problems.append("a link to \(value)") }
        case "action": if !value.hasPrefix("/") || value.hasPrefix("//") { problems.append("a form for \(value)") }
        default: break
        }
    }

    private mutating func checkReferences() {
        let ids = elements.compactMap { $0["id"] }
        if Set(ids).count < ids.count { problems.append("an ID twice: \(Dictionary(grouping: ids) { $0 }.filter { $1.count > 1 }.keys)") }
        let known = Set(ids)
        for name in ["aria-labelledby", "aria-describedby", "for"] {
            for reference in elements.compactMap({ $0[name] }).flatMap({ $0.split(separator: " ") })
            where !known.contains(String(reference)) {
                problems.append("\(name)=\(reference) refers to nothing")
            }
        }
    }

    // MARK: Text

    private static func words(_ text: ArraySlice<UInt8>) -> String {
        let blanks: Set<UInt8> = [0x20, 0x0a, 0x09, 0x0d]
        return text.split(whereSeparator: blanks.contains).map { unescaped($0) }.joined(separator: " ")
    }

    private static func unescaped(_ text: ArraySlice<UInt8>) -> String {
        let text = String(decoding: text, as: UTF8.self)
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        return text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
            .replacing("&amp;", with: "&")
    }
}

/// Checks that HTML has allowed elements and attributes only, which are balanced, and leads to addresses only.
enum Markup {
    /// Checks a part of a page.
    static func check(_ html: String, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(Document(html).problems.prefix(5) == [], comment, sourceLocation: sourceLocation)
    }

    /// Checks a whole page.
    static func check(_ page: Page, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(page.document.problems.prefix(5) == [], comment, sourceLocation: sourceLocation)
        #expect(page.text.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"), comment, sourceLocation: sourceLocation)
        #expect(page.document.words(in: "h1").count == 1, comment, sourceLocation: sourceLocation)
        #expect(page.document.elements.filter { $0.name == "script" }.count == 1, comment, sourceLocation: sourceLocation)
    }

    /// How many elements are in one another.
    static func depth(_ html: String) -> Int { Document(html).depth }
}

extension String {
    func count(of part: String) -> Int { ranges(of: part).count }
}
