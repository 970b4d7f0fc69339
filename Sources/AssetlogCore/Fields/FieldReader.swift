#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads the values of fields, which mean the same in a submission and in an extended report, and writes them in
/// canonical form.
///
/// Its buffers are used again for each event. What it reads never stands in them.
struct FieldReader: ~Copyable {
    // What was decoded from escapes.
    private var decoded = ByteScratch()
    // An object of the tags as they came, without its end; empty: there are none.
    var tags = ByteScratch()
    // The data version as canonical JSON; empty: there is none.
    var version = ByteScratch(capacity: 64)
    var saysWhoProvidedVersion = false
    var writer = CanonicalWriter()

    init() {}

    /// Forgets the last event.
    mutating func begin() {
        decoded.removeAll()
        tags.removeAll()
        version.removeAll()
        saysWhoProvidedVersion = false
    }

    /// What a validated string stands for; valid until the next text is read.
    mutating func unescaped(_ json: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var cursor = JSONCursor(json)
        let content = cursor.string()
        if cursor.wasPlain { return content }
        decoded.removeAll()
        decoded.appendUnescaped(content)
        return decoded.bytes
    }

    /// What the string of a field stands for; valid until the next text is read.
    @inline(__always)
    mutating func unescaped(_ value: FieldValue) -> UnsafeRawBufferPointer {
        guard value.isPlain else { return unescaped(value.json) }
        return UnsafeRawBufferPointer(rebasing: value.json[1..<value.json.count - 1])
    }

    /// What a string stands for, checked: without NUL, and within ``Event/maximumTextLength`` where it
    /// `identifies` something. Valid until the next text is read.
    mutating func text(_ value: FieldValue, at path: String = "", identifies: Bool = true)
        throws(SubmissionError) -> UnsafeRawBufferPointer
    {
        guard value.kind == .string else { throw value.mustBe("a string", at: path) }
        let text = unescaped(value)
        guard !identifies || text.count <= Event.maximumTextLength else {
            throw value.refused(
                "has \(text.count) bytes of UTF-8; at most \(Event.maximumTextLength) are stored.", at: path)
        }
        guard value.isPlain || !Self.holdsNUL(text) else {
            throw value.refused("has a NUL character, which can't be stored; leave it out.", at: path)
        }
        return text
    }

    /// Writes a checked text as canonical JSON.
    mutating func writeText(
        _ value: FieldValue, at path: String = "", identifies: Bool = true, to output: inout ByteScratch
    ) throws(SubmissionError) {
        output.appendString(try text(value, at: path, identifies: identifies))
    }

    /// Whether a text that identifies something may be kept.
    static func isSound(_ text: UnsafeRawBufferPointer) -> Bool {
        text.count <= Event.maximumTextLength && !holdsNUL(text)
    }

    private static func holdsNUL(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let base = text.baseAddress else { return false }
        return memchr(base, 0, text.count) != nil
    }
}
