extension String {
    /// The longest beginning of at most so many bytes in UTF-8; a character of several bytes is never cut.
    public func prefix(bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        var end = utf8.index(startIndex, offsetBy: max(bytes, 0))
        while end.samePosition(in: unicodeScalars) == nil { utf8.formIndex(before: &end) }
        return String(self[..<end])
    }
}
