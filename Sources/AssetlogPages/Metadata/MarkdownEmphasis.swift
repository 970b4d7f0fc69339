/// Finds which `*` and `_` of Markdown begin and end emphasis.
///
/// Each mark that may be an end looks back at the few latest that may be its beginning; what is between the two stays text.
struct MarkdownEmphasis {
    /// How many marks wait for their end at most, and so how deep emphasis nests.
    private static let waiting = 16
    // Longer rows of marks are text.
    private static let longest = 3

    /// Marks of one character that follow each other.
    private struct Marks {
        var mark: UInt8
        var count: Int
        /// How many there were at first.
        var all: Int
        var mayOpen: Bool
        var mayClose: Bool
        /// The widths of the elements that begin here, the innermost first, and of those that end here.
        var starts: [Int] = []
        var ends: [Int] = []
    }

    private var marks: [Marks] = []
    // The numbers of those that were not matched yet.
    private var unmatched: [Int] = []

    /// How many were not matched yet.
    var open: Int { unmatched.count }

    /// Adds marks between two characters; nil: they can't be emphasis.
    mutating func add(_ mark: UInt8, count: Int, _ sides: (before: UInt8, after: UInt8)) -> Int? {
        let (before, after) = (Side(sides.before), Side(sides.after))
        let opens = after != .blank && (after == .letter || before != .letter)
        let closes = before != .blank && (before == .letter || after != .letter)
        // An underscore within a word is part of the word.
        let isWord = mark == UInt8(ascii: "_") && opens && closes
        let mayOpen = opens && (!isWord || before == .punctuation)
        let mayClose = closes && (!isWord || after == .punctuation)
        guard count <= Self.longest, mayOpen || mayClose else { return nil }
        marks.append(Marks(mark: mark, count: count, all: count, mayOpen: mayOpen, mayClose: mayClose))
        unmatched.append(marks.count - 1)
        return marks.count - 1
    }

    /// Matches the marks that were added after so many that are not matched yet; those that are left become text.
    mutating func match(from first: Int) {
        var waiting: [Int] = []
        for end in unmatched[min(first, unmatched.count)...] {
            if marks[end].mayClose { close(end, &waiting) }
            guard marks[end].mayOpen, marks[end].count > 0 else { continue }
            if waiting.count == Self.waiting { waiting.removeFirst() }
            waiting.append(end)
        }
        unmatched.removeSubrange(min(first, unmatched.count)...)
    }

    private mutating func close(_ end: Int, _ waiting: inout [Int]) {
        while marks[end].count > 0, let index = waiting.lastIndex(where: { matches($0, end) }) {
            let start = waiting[index]
            let width = marks[start].count >= 2 && marks[end].count >= 2 ? 2 : 1
            marks[start].count -= width
            marks[end].count -= width
            marks[start].starts.append(width)
            marks[end].ends.append(width)
            waiting.removeSubrange((marks[start].count == 0 ? index : index + 1)...)
        }
    }

    // A row that may be both needs a sum that is no multiple of three, so that `**a*b**` is one element.
    private func matches(_ start: Int, _ end: Int) -> Bool {
        let (left, right) = (marks[start], marks[end])
        let isEither = left.mayClose || right.mayOpen
        let isAmbiguous = isEither && (left.all + right.all) % 3 == 0 && (left.all % 3 != 0 || right.all % 3 != 0)
        return left.mark == right.mark && !isAmbiguous
    }

    /// Writes what marks have become.
    func write(_ number: Int, to writer: inout MarkdownWriter) {
        let marks = marks[number]
        for width in marks.ends { writer.close(width == 2 ? "</strong>" : "</em>") }
        writer.text(String(repeating: Character(Unicode.Scalar(marks.mark)), count: marks.count))
        for width in marks.starts.reversed() { writer.open(width == 2 ? "<strong>" : "<em>") }
    }

    /// What is beside marks. Characters beyond ASCII count as letters.
    private enum Side {
        case blank, punctuation, letter

        init(_ byte: UInt8) { self = byte <= 0x20 ? .blank : byte.isASCIIPunctuation ? .punctuation : .letter }
    }
}
