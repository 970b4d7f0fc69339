/// Writes an asset key in canonical form, part by part, and checks it.
struct CanonicalKey {
    private var isEmpty = true
    private var length = 0
    /// What is wrong with the key, to follow its name in a sentence.
    private(set) var problem: String?

    /// Begins a key at the end of `output`.
    init(_ output: inout ByteScratch) {
        output.append(UInt8(ascii: "["))
    }

    /// Appends a part; nothing after a problem.
    mutating func append(_ part: UnsafeRawBufferPointer, to output: inout ByteScratch) {
        guard problem == nil else { return }
        length += part.count
        if length > Event.maximumTextLength {
            problem = "has over \(Event.maximumTextLength) bytes of UTF-8, the most that is stored."
        } else if !FieldReader.isSound(part) {
            problem = "has a NUL character, which can't be stored; leave it out."
        } else {
            if !isEmpty { output.append(UInt8(ascii: ",")) }
            output.appendString(part)
            isEmpty = false
        }
    }

    mutating func append(_ part: String, to output: inout ByteScratch) {
        var part = part
        part.withUTF8 { append(UnsafeRawBufferPointer($0), to: &output) }
    }

    /// Ends the key.
    mutating func end(_ output: inout ByteScratch) {
        output.append(UInt8(ascii: "]"))
        if isEmpty, problem == nil { problem = "has no parts; give it at least one." }
    }
}
