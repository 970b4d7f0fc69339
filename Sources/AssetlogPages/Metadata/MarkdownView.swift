/// Markdown as HTML that is safe to show, whoever wrote it.
///
/// It knows what reports use: paragraphs, headings, emphasis, code, lists, quotes, links, tables and rules. Raw HTML is text, pictures
/// become links, and links lead to http and https only. Its time grows with the length of the text, and nothing nests deep.
struct MarkdownView {
    /// The most bytes that are read.
    static let inputLimit = 64 << 10

    private let input: ArraySlice<UInt8>
    private let isCut: Bool
    private let room: Int

    /// - Parameter room: About how many bytes of HTML it may become.
    init(_ text: String, room: Int = 256 << 10) {
        let bytes = Array(text.utf8.prefix(Self.inputLimit + 1))
        isCut = bytes.count > Self.inputLimit
        // Not in the midst of a character.
        input = isCut ? bytes[..<(bytes.lastIndex { $0 & 0xc0 != 0x80 } ?? 0)] : bytes[...]
        self.room = room
    }

    var html: HTML {
        var blocks = MarkdownBlocks(writer: MarkdownWriter(room: max(0, room - 200)))
        blocks.write(MarkdownLine.lines(of: input))
        let note: HTML? = isCut || blocks.writer.isFull ? "<p class=\"metadata-note\">… the rest of the text is not shown</p>" : nil
        return "<div class=\"markdown\" dir=\"auto\">\(blocks.writer.html)</div>\(note)"
    }
}

/// Writes elements and texts until there is no room; elements are always closed.
struct MarkdownWriter {
    /// Whether something was left out.
    private(set) var isFull = false
    private var room: Int
    private var pieces: [HTML] = []
    // The elements that were not opened, within which nothing is written.
    private var skipped = 0

    init(room: Int) { self.room = room }

    var html: HTML { .joined(pieces) }

    /// Writes the beginning of an element; ``close(_:)`` must follow.
    mutating func open(_ tag: HTML) {
        if isFull { skipped += 1 } else { write(tag) }
    }

    /// Writes the end of the element that was opened last.
    mutating func close(_ tag: HTML) {
        if skipped > 0 { skipped -= 1 } else { write(tag) }
    }

    /// Writes an element that has no end.
    mutating func empty(_ tag: HTML) {
        if !isFull { write(tag) }
    }

    /// Writes a text.
    mutating func text(_ text: String) {
        guard !isFull, !text.isEmpty else { return }
        let piece: HTML = "\(text)"
        if piece.markup.utf8.count > room {
            pieces.append("\(ShownText.cut(text, to: .max, markup: room))")
            isFull = true
        } else {
            write(piece)
        }
    }

    private mutating func write(_ piece: HTML) {
        pieces.append(piece)
        room -= piece.markup.utf8.count
        if room <= 0 { isFull = true }
    }
}
