/// A line of Markdown, and what it may begin.
struct MarkdownLine {
    /// The line without the characters that its containers have taken.
    let bytes: ArraySlice<UInt8>
    /// The width of the blanks at its beginning; a tab counts as four.
    let indent: Int
    /// What follows these blanks.
    let content: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        let blanks = bytes.prefix { $0.isMarkdownBlank }
        self.bytes = bytes
        indent = blanks.reduce(0) { $0 + ($1 == 0x09 ? 4 : 1) }
        content = bytes[blanks.endIndex...]
    }

    /// The lines of a text.
    static func lines(of text: ArraySlice<UInt8>) -> ArraySlice<MarkdownLine> {
        var lines: [MarkdownLine] = []
        var start = text.startIndex
        for index in text.indices where text[index] == 0x0a || text[index] == 0x0d {
            // A return and a line feed end one line together.
            let isSecond = text[index] == 0x0a && index == start && index > text.startIndex && text[index - 1] == 0x0d
            if !isSecond { lines.append(MarkdownLine(text[start..<index])) }
            start = index + 1
        }
        lines.append(MarkdownLine(text[start...]))
        return lines[...]
    }

    var isBlank: Bool { content.isEmpty }

    /// The line without so many columns of blanks at its beginning.
    func dropping(indent width: Int) -> MarkdownLine {
        var (start, column) = (bytes.startIndex, 0)
        while start < content.startIndex, column < width {
            column += bytes[start] == 0x09 ? 4 : 1
            start += 1
        }
        return MarkdownLine(bytes[start...])
    }

    /// What follows the blanks, without blanks at its end.
    var trimmed: ArraySlice<UInt8> { content.markdownTrimmed }

    /// Whether it is one that ends a paragraph before it.
    var interrupts: Bool {
        guard indent < 4 else { return false }
        return heading != nil || fence != nil || isRule || isQuote || marker?.interrupts == true
    }
}

// MARK: Blocks

extension MarkdownLine {
    /// The level of a heading that begins with `#`, and its text.
    var heading: (level: Int, text: ArraySlice<UInt8>)? {
        let marks = content.prefix { $0 == UInt8(ascii: "#") }
        let rest = content[marks.endIndex...]
        guard (1...6).contains(marks.count), rest.first?.isMarkdownBlank != false else { return nil }
        // It may end with more of them.
        let text = rest.markdownTrimmed
        let end = text.lastIndex { $0 != UInt8(ascii: "#") }.map { $0 + 1 } ?? text.startIndex
        let isClosed = end == text.startIndex || text[end - 1].isMarkdownBlank
        return (marks.count, isClosed ? text[..<end].markdownTrimmed : text)
    }

    /// The level of the heading that the paragraph before is, if this line underlines it.
    var underline: Int? {
        let text = trimmed
        guard indent < 4, let mark = text.first, mark == UInt8(ascii: "=") || mark == UInt8(ascii: "-"), text.allSatisfy({ $0 == mark })
        else { return nil }
        return mark == UInt8(ascii: "=") ? 1 : 2
    }

    /// The character and number of a fence that begins code.
    var fence: (mark: UInt8, count: Int)? {
        guard let mark = content.first, mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else { return nil }
        let marks = content.prefix { $0 == mark }
        guard marks.count >= 3, mark == UInt8(ascii: "~") || !content[marks.endIndex...].contains(mark) else { return nil }
        return (mark, marks.count)
    }

    /// Whether it ends the code that a fence began.
    func closes(_ fence: (mark: UInt8, count: Int)) -> Bool {
        indent < 4 && content.first == fence.mark && trimmed.count >= fence.count && trimmed.allSatisfy { $0 == fence.mark }
    }

    /// Whether it is a rule across the page.
    var isRule: Bool {
        guard let mark = content.first, mark == UInt8(ascii: "*") || mark == UInt8(ascii: "-") || mark == UInt8(ascii: "_") else {
            return false
        }
        return content.allSatisfy { $0 == mark || $0.isMarkdownBlank } && content.count { $0 == mark } >= 3
    }

    var isQuote: Bool { indent < 4 && content.first == UInt8(ascii: ">") }

    /// What is in the quote.
    var quoted: MarkdownLine {
        let rest = content.dropFirst()
        return MarkdownLine(rest.first == 0x20 ? rest.dropFirst() : rest)
    }

    /// The beginning of an item of a list.
    var marker: Marker? { indent < 4 ? Marker(self) : nil }

    /// The beginning of an item of a list.
    struct Marker {
        /// The character that tells lists from one another: the bullet, or what is after the number.
        let mark: UInt8
        /// The number; nil: it is a bullet.
        let number: Int?
        /// The column where its text begins.
        let width: Int
        /// What follows it.
        let rest: MarkdownLine

        fileprivate init?(_ line: MarkdownLine) {
            let digits = line.content.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard digits.count <= 9, digits.endIndex < line.content.endIndex else { return nil }
            mark = line.content[digits.endIndex]
            number = Int(String(decoding: digits, as: UTF8.self))
            let isBullet = mark == UInt8(ascii: "-") || mark == UInt8(ascii: "*") || mark == UInt8(ascii: "+")
            guard digits.isEmpty ? isBullet : mark == UInt8(ascii: ".") || mark == UInt8(ascii: ")") else { return nil }
            let after = MarkdownLine(line.content[(digits.endIndex + 1)...])
            guard after.isBlank || after.indent > 0 else { return nil }
            // More blanks are code in the item.
            let blanks = after.isBlank || after.indent > 4 ? 1 : after.indent
            width = line.indent + digits.count + 1 + blanks
            rest = after.dropping(indent: blanks)
        }

        /// Whether it begins an item of the same list as another one.
        func continues(_ other: Marker) -> Bool { mark == other.mark && (number == nil) == (other.number == nil) }

        /// Whether it ends a paragraph: numbers often stand at the beginning of a line by chance.
        var interrupts: Bool { !rest.isBlank && (number == nil || number == 1) }
    }
}

// MARK: Tables

extension MarkdownLine {
    /// The cells of a row of a table; `\|` is no end of a cell.
    var cells: [[UInt8]] {
        var cells: [[UInt8]] = [[]]
        var row = trimmed
        if row.first == UInt8(ascii: "|") { row = row.dropFirst() }
        var isEscaped = false
        for byte in row {
            if byte == UInt8(ascii: "|"), !isEscaped {
                cells.append([])
                continue
            }
            if byte == UInt8(ascii: "|") { cells[cells.count - 1].removeLast() }
            cells[cells.count - 1].append(byte)
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        }
        if cells.count > 1, cells[cells.count - 1].isEmpty { cells.removeLast() }
        return cells.map { Array($0[...].markdownTrimmed) }
    }

    /// Where the columns of a table are aligned, from the line between its header and its rows; nil: it is no such line.
    var alignments: [Alignment]? {
        guard indent < 4, content.contains(UInt8(ascii: "|")), content.allSatisfy({ Self.rowMarks.contains($0) }) else { return nil }
        let alignments = cells.map(Alignment.init)
        return alignments.contains(nil) ? nil : alignments.compactMap(\.self)
    }

    private static let rowMarks = Array("|:- \t".utf8)

    /// Where the texts of a column are.
    enum Alignment {
        case start, center, end

        fileprivate init?(_ cell: [UInt8]) {
            let colon = UInt8(ascii: ":")
            let isCenter = cell.count > 1 && cell.first == colon && cell.last == colon
            self = isCenter ? .center : cell.last == colon ? .end : .start
            let dashes = cell.drop { $0 == colon }.prefix { $0 == UInt8(ascii: "-") }
            let colons = (cell.first == colon ? 1 : 0) + (cell.last == colon ? 1 : 0)
            guard !dashes.isEmpty, dashes.count + colons == cell.count else { return nil }
        }
    }
}

extension UInt8 {
    var isMarkdownBlank: Bool { self == 0x20 || self == 0x09 }
}

extension ArraySlice<UInt8> {
    fileprivate var markdownTrimmed: ArraySlice<UInt8> {
        let end = lastIndex { !$0.isMarkdownBlank }.map { $0 + 1 } ?? startIndex
        return self[..<end].drop { $0.isMarkdownBlank }
    }
}
