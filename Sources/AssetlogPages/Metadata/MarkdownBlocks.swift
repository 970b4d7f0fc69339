/// Writes the blocks of Markdown: paragraphs, headings, code, lists, quotes, tables and rules.
///
/// Each container takes its marks from its lines and hands them on. There are few containers in one another, so that every line is
/// looked at a few times only; deeper ones are text.
struct MarkdownBlocks {
    private static let deepestList = 3
    private static let deepestQuote = 4
    private static let columns = 50

    /// In which containers a block is.
    private struct Nesting {
        var lists = 0
        var quotes = 0
        /// Whether it is in a list whose items follow each other without a blank line.
        var isTight = false
    }

    private(set) var writer: MarkdownWriter

    init(writer: MarkdownWriter) { self.writer = writer }

    /// Writes all blocks of the lines.
    mutating func write(_ lines: ArraySlice<MarkdownLine>) { write(lines, Nesting()) }

    private mutating func write(_ lines: ArraySlice<MarkdownLine>, _ nesting: Nesting) {
        var rest = lines
        while let line = rest.first, !writer.isFull {
            if line.isBlank { rest.removeFirst() } else { block(line, &rest, nesting) }
        }
    }

    // Takes the lines of a block, at least the first one.
    private mutating func block(_ line: MarkdownLine, _ rest: inout ArraySlice<MarkdownLine>, _ nesting: Nesting) {
        if line.indent >= 4 {
            indentedCode(&rest)
        } else if let fence = line.fence {
            fencedCode(line, fence, &rest)
        } else if let heading = line.heading {
            rest.removeFirst()
            self.heading(heading.level, Array(heading.text))
        } else if line.isRule {
            rest.removeFirst()
            writer.empty("<hr>\n")
        } else if line.isQuote, nesting.quotes < Self.deepestQuote {
            quote(&rest, nesting)
        } else if let marker = line.marker, nesting.lists < Self.deepestList {
            list(marker, &rest, nesting)
        } else if let alignments = Self.table(rest) {
            table(alignments, &rest)
        } else {
            paragraph(&rest, nesting)
        }
    }

    // MARK: Paragraphs and headings

    private mutating func paragraph(_ rest: inout ArraySlice<MarkdownLine>, _ nesting: Nesting) {
        var text: [UInt8] = []
        while let line = rest.first, !line.isBlank {
            if !text.isEmpty {
                if let level = line.underline {
                    rest.removeFirst()
                    return heading(level, text)
                }
                if line.interrupts || Self.table(rest) != nil { break }
                text.append(0x0a)
            }
            text.append(contentsOf: line.content)
            rest.removeFirst()
        }
        if nesting.isTight {
            inline(text)
            return writer.text("\n")
        }
        writer.open("<p>")
        inline(text)
        writer.close("</p>\n")
    }

    // The headings of the page are above those of a text in it.
    private mutating func heading(_ level: Int, _ text: [UInt8]) {
        let (start, end): (HTML, HTML) =
            switch level {
            case 1: ("<h4>", "</h4>\n")
            case 2: ("<h5>", "</h5>\n")
            default: ("<h6>", "</h6>\n")
            }
        element(start, end, text)
    }

    private mutating func inline(_ text: [UInt8]) {
        var inline = MarkdownInline(text)
        inline.write(to: &writer)
    }

    private mutating func element(_ start: HTML, _ end: HTML, _ text: [UInt8]) {
        writer.open(start)
        inline(text)
        writer.close(end)
    }

    // MARK: Code

    private mutating func indentedCode(_ rest: inout ArraySlice<MarkdownLine>) {
        let block = rest.prefix { $0.isBlank || $0.indent >= 4 }
        rest = rest[block.endIndex...]
        let end = block.lastIndex { !$0.isBlank }.map { $0 + 1 } ?? block.startIndex
        code(block[..<end], indent: 4)
    }

    private mutating func fencedCode(
        _ line: MarkdownLine, _ fence: (mark: UInt8, count: Int), _ rest: inout ArraySlice<MarkdownLine>
    ) {
        let block = rest.dropFirst().prefix { !$0.closes(fence) }
        rest = rest[block.endIndex...].dropFirst()
        code(block, indent: line.indent)
    }

    private mutating func code(_ lines: ArraySlice<MarkdownLine>, indent: Int) {
        let text = Array(lines.map { $0.dropping(indent: indent).bytes }.joined(separator: [0x0a]))
        writer.open("<pre tabindex=\"0\" dir=\"ltr\"><code>")
        writer.text(String(decoding: text, as: UTF8.self))
        writer.close("</code></pre>\n")
    }

    // MARK: Quotes

    private mutating func quote(_ rest: inout ArraySlice<MarkdownLine>, _ nesting: Nesting) {
        var lines: [MarkdownLine] = []
        while let line = rest.first, line.isQuote || Self.isLazy(line, after: lines.last) {
            lines.append(line.isQuote ? line.quoted : line)
            rest.removeFirst()
        }
        writer.open("<blockquote>\n")
        write(lines[...], Nesting(lists: nesting.lists, quotes: nesting.quotes + 1))
        writer.close("</blockquote>\n")
    }

    // Whether a line goes on with the paragraph of a container though it has not the container's mark.
    private static func isLazy(_ line: MarkdownLine, after last: MarkdownLine?) -> Bool {
        guard let last, !line.isBlank else { return false }
        return !last.isBlank && last.heading == nil && last.fence == nil && !line.interrupts && line.marker == nil
    }

    // MARK: Lists

    private mutating func list(_ first: MarkdownLine.Marker, _ rest: inout ArraySlice<MarkdownLine>, _ nesting: Nesting) {
        var items: [[MarkdownLine]] = []
        var isLoose = false
        var endsBlank = false
        while let line = rest.first, let marker = line.marker, marker.continues(first), !line.isRule {
            isLoose = isLoose || endsBlank
            let item = Self.item(marker, &rest)
            isLoose = isLoose || item.hasBlank
            endsBlank = item.endsBlank
            items.append(item.lines)
        }
        writer.open(Self.listStart(first))
        for item in items {
            writer.open("<li>")
            write(item[...], Nesting(lists: nesting.lists + 1, quotes: nesting.quotes, isTight: !isLoose))
            writer.close("</li>\n")
        }
        writer.close(first.number == nil ? "</ul>\n" : "</ol>\n")
    }

    private static func listStart(_ first: MarkdownLine.Marker) -> HTML {
        switch first.number {
        case nil: "<ul>\n"
        case 1?: "<ol>\n"
        case let number?: "<ol start=\"\(number)\">\n"
        }
    }

    // The lines of an item, whether there are blank ones between them, and whether there are after them.
    private static func item(
        _ marker: MarkdownLine.Marker, _ rest: inout ArraySlice<MarkdownLine>
    ) -> (lines: [MarkdownLine], hasBlank: Bool, endsBlank: Bool) {
        var lines = [marker.rest]
        var (hasBlank, blanks) = (false, 0)
        rest.removeFirst()
        while let line = rest.first {
            if line.isBlank {
                blanks += 1
            } else if line.indent >= marker.width {
                hasBlank = hasBlank || blanks > 0
                lines.append(contentsOf: repeatElement(MarkdownLine([]), count: blanks))
                lines.append(line.dropping(indent: marker.width))
                blanks = 0
            } else if blanks == 0, isLazy(line, after: lines.last) {
                lines.append(line)
            } else {
                break
            }
            rest.removeFirst()
        }
        return (lines, hasBlank, blanks > 0)
    }

    // MARK: Tables

    // The alignments of the table that begins here: a row of as many cells as the line below it has.
    private static func table(_ rest: ArraySlice<MarkdownLine>) -> [MarkdownLine.Alignment]? {
        guard let header = rest.first, header.indent < 4, let alignments = rest.dropFirst().first?.alignments,
            header.content.contains(UInt8(ascii: "|")), alignments.count <= columns, header.cells.count == alignments.count
        else { return nil }
        return alignments
    }

    private mutating func table(_ alignments: [MarkdownLine.Alignment], _ rest: inout ArraySlice<MarkdownLine>) {
        writer.open("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>")
        writer.open("<thead>\n")
        if let header = rest.popFirst() { row(header, alignments, isHeader: true) }
        writer.close("</thead>")
        rest.removeFirst()
        writer.open("<tbody>\n")
        while let line = rest.first, !line.isBlank, !line.interrupts, !writer.isFull {
            row(line, alignments, isHeader: false)
            rest.removeFirst()
        }
        writer.close("</tbody>")
        writer.close("</table></div>\n")
    }

    private mutating func row(_ line: MarkdownLine, _ alignments: [MarkdownLine.Alignment], isHeader: Bool) {
        writer.open("<tr>")
        // Cells that a row lacks are not written: many short rows would become much HTML.
        for (cell, alignment) in zip(line.cells, alignments) {
            let end: HTML = isHeader ? "</th>" : "</td>"
            switch alignment {
            case .start: element(isHeader ? "<th scope=\"col\">" : "<td>", end, cell)
            case .center: element(isHeader ? "<th scope=\"col\" class=\"center\">" : "<td class=\"center\">", end, cell)
            case .end: element(isHeader ? "<th scope=\"col\" class=\"end\">" : "<td class=\"end\">", end, cell)
            }
        }
        writer.close("</tr>\n")
    }
}
