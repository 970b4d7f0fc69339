/// The value of a member of an object, as a range of the text.
struct BodyField: BitwiseCopyable {
    var start: Int
    var end: Int
    var kind: JSONKind
    /// Whether it is a string with a backslash in it.
    var escaped: Bool
}
