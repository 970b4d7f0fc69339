extension CanonicalJSON {
    /// Whether stored bytes are a JSON value of a kind without blanks around its tokens, as it is kept.
    ///
    /// For a storage that has nothing else to distinguish an event from what damage has left of one. The order of names is not
    /// looked at, for metadata keeps the order in which it was written.
    public static func isCanonical(_ json: UnsafeRawBufferPointer, _ kind: JSONKind) -> Bool {
        guard (try? JSONScanner.validate(json, depth: JSONScanner.maximumStoredDepth)) == kind else { return false }
        var cursor = JSONCursor(json)
        while !cursor.isAtEnd {
            if cursor.next == UInt8(ascii: "\"") {
                _ = cursor.string()
            } else {
                guard !cursor.next.isJSONBlank else { return false }
                cursor.position += 1
            }
        }
        return true
    }
}
