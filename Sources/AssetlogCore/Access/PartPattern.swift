/// A pattern over parts, such as those of an asset key: `warehouse/**`, `raw/*/orders`, `raw_*`.
///
/// It is split at its slashes. `*` alone stands for exactly one part, `**` for any number of parts, also none; a `*`
/// among other characters stands for any characters of that one part. Everything else is compared byte by byte.
public struct PartPattern: Hashable, Sendable, CustomStringConvertible {
    private enum Step: Hashable {
        /// Any number of parts.
        case parts
        /// One part that begins with the first piece, ends with the last, and holds those between in their order.
        case part([[UInt8]])
    }

    /// The pattern as it was written.
    public let description: String
    private let steps: [Step]

    private static let maximumSteps = 62

    /// Reads a pattern; nil when it is empty, longer than 2,048 bytes or of more than 62 parts.
    public init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= 2048 else { return nil }
        description = text
        var steps: [Step] = []
        for part in text.split(separator: "/", omittingEmptySubsequences: false) {
            if part != "**" {
                let pieces = Array(part.utf8).split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
                steps.append(.part(pieces.map(Array.init)))
            } else if steps.last != .parts {
                steps.append(.parts)
            }
        }
        guard steps.count <= Self.maximumSteps else { return nil }
        self.steps = steps
    }

    /// Whether everything matches.
    public var matchesEverything: Bool { steps == [.parts] }

    /// Whether the parts match; in time proportional to the pattern times the parts, whatever both are.
    public func matches<Part: RandomAccessCollection>(_ parts: some RandomAccessCollection<Part>) -> Bool
    where Part.Element == UInt8 {
        // One bit for each step that may come next, and one after the last: all ways are gone at once.
        var states = passedOver(1)
        for part in parts {
            var next: UInt64 = 0
            for (index, step) in steps.enumerated() where states & (1 << index) != 0 {
                switch step {
                case .parts: next |= 1 << index
                case .part(let pieces): if Self.matches(part, pieces) { next |= 1 << (index + 1) }
                }
            }
            states = passedOver(next)
            if states == 0 { return false }
        }
        return states & (1 << steps.count) != 0
    }

    // `**` may stand for nothing, so what may come to it may come after it.
    private func passedOver(_ states: UInt64) -> UInt64 {
        var states = states
        for (index, step) in steps.enumerated() where states & (1 << index) != 0 && step == .parts {
            states |= 1 << (index + 1)
        }
        return states
    }

    private static func matches<Part: RandomAccessCollection>(_ part: Part, _ pieces: [[UInt8]]) -> Bool
    where Part.Element == UInt8 {
        guard pieces.count > 1, let first = pieces.first, let last = pieces.last else {
            return part.elementsEqual(pieces.first ?? [])
        }
        guard part.count >= first.count + last.count, part.starts(with: first),
            part.suffix(last.count).elementsEqual(last)
        else { return false }
        var rest = part.dropFirst(first.count).dropLast(last.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let start = find(piece, in: rest) else { return false }
            rest = rest[rest.index(start, offsetBy: piece.count)...]
        }
        return true
    }

    private static func find<Text: RandomAccessCollection>(_ piece: [UInt8], in text: Text) -> Text.Index?
    where Text.Element == UInt8 {
        var index = text.startIndex
        while text.distance(from: index, to: text.endIndex) >= piece.count {
            if text[index...].starts(with: piece) { return index }
            index = text.index(after: index)
        }
        return nil
    }
}

extension PartPattern {
    /// Pieces that the canonical JSON text of every key that matches has, in this order: the first at its beginning, the last at
    /// its end, and anything between two of them.
    ///
    /// A database finds by them what may match, and ``matches(canonicalKey:)`` says what does. One piece alone is a key.
    public var canonicalPieces: [String] {
        var pieces: [String] = []
        var piece = Array("[".utf8)
        func cut() {
            pieces.append(String(decoding: piece, as: UTF8.self))
            piece = []
        }
        var isBehindPart = false
        for step in steps {
            guard case .part(let texts) = step else {
                cut()
                isBehindPart = false
                continue
            }
            if isBehindPart { piece.append(UInt8(ascii: ",")) }
            piece.append(UInt8(ascii: "\""))
            for (index, text) in texts.enumerated() {
                if index > 0 { cut() }
                var escaped: [UInt8] = []
                CanonicalJSON.appendString(text, to: &escaped)
                piece += escaped.dropFirst().dropLast()
            }
            piece.append(UInt8(ascii: "\""))
            isBehindPart = true
        }
        piece.append(UInt8(ascii: "]"))
        cut()
        return pieces
    }

    /// Whether an asset key matches, given in its canonical JSON text.
    public func matches(canonicalKey key: UnsafeRawBufferPointer) -> Bool {
        if matchesEverything { return true }
        guard !key.contains(UInt8(ascii: "\\")) else {
            return matches((CanonicalJSON.strings(inArray: Array(key)) ?? []).map { Array($0.utf8) })
        }
        // Without escapes the parts stand in the text as they are, between quotes.
        var parts: [Slice<UnsafeRawBufferPointer>] = []
        var start: Int?
        for index in key.indices where key[index] == UInt8(ascii: "\"") {
            if let opened = start {
                parts.append(key[opened..<index])
                start = nil
            } else {
                start = index + 1
            }
        }
        return matches(parts)
    }
}
