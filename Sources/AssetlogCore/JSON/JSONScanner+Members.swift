extension JSONScanner {
    /// A member of an object, as ranges of the text.
    struct Member {
        /// What is between the quotes of the name.
        var name: Range<Int>
        var isNameEscaped: Bool
        var value: BodyField
    }

    /// Reads an object that starts at its brace up to the end of the text, and gives its members to `take`; false after
    /// a fault.
    @inline(__always)
    mutating func members(_ take: (Member) -> Void) -> Bool {
        position &+= 1
        skipBlanks()
        if next == UInt8(ascii: "}") {
            position &+= 1
            return atEnd()
        }
        while true {
            guard next == UInt8(ascii: "\"") else { return fail(.expectedName) }
            let nameStart = position &+ 1
            guard string() else { return false }
            let name = nameStart..<position &- 1
            let isNameEscaped = escaped
            guard colon() else { return false }
            let start = position
            guard let kind = value(depth: 1) else { return false }
            take(
                Member(
                    name: name, isNameEscaped: isNameEscaped,
                    value: BodyField(start: start, end: position, kind: kind, escaped: escaped)))
            skipBlanks()
            if next == UInt8(ascii: ",") {
                position &+= 1
                skipBlanks()
            } else if next == UInt8(ascii: "}") {
                position &+= 1
                return atEnd()
            } else {
                return fail(.expectedCommaOrBrace)
            }
        }
    }
}
