/// The value of a field as it came, and the field's name for sentences about it.
struct FieldValue {
    var name: StaticString
    var json: UnsafeRawBufferPointer
    var kind: JSONKind
    /// Whether it is known to be a string in which no character is escaped.
    var isPlain: Bool

    init(_ name: StaticString, _ json: UnsafeRawBufferPointer, _ kind: JSONKind, isPlain: Bool = false) {
        self.name = name
        self.json = json
        self.kind = kind
        self.isPlain = isPlain
    }

    init(_ name: StaticString, _ value: JSONValue) {
        self.init(name, value.json, value.kind)
    }

    /// The refusal of the value: `problem` follows the name.
    func refused(_ problem: String, at path: String = "") -> SubmissionError {
        SubmissionError(name, path, problem)
    }

    /// The refusal of a value of a wrong type: `passed must be true or false, not "yes".`
    func mustBe(_ what: String, at path: String = "") -> SubmissionError {
        refused("must be \(what), not \(Quoted.value(json, kind)).", at: path)
    }

    /// Reads true or false.
    func flag() throws(SubmissionError) -> Bool {
        switch kind {
        case .true: return true
        case .false: return false
        default: throw mustBe("true or false")
        }
    }

    /// The only text among `words` that the value may be; nil for any other value.
    func word<Word: CaseIterable>(_ words: Word.Type, _ spelling: (Word) -> StaticString) -> Word? {
        guard kind == .string else { return nil }
        let value = JSONValue(json)
        return Word.allCases.first { value.equals(spelling($0)) }
    }
}
