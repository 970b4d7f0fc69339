/// The media type of a report's body.
enum ContentType {
    /// Whether a header's value is `application/json`, in any case, at most with the parameter `charset=utf-8`.
    static func isJSON(_ value: UnsafeRawBufferPointer) -> Bool {
        if ("application/json" as StaticString).matches(value) { return true }
        let parts = trimmed(value[...]).split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        guard let type = parts.first, equals(trimmed(type), "application/json") else { return false }
        guard parts.count > 1 else { return true }
        let parameter = trimmed(parts[1])
        return parts.count == 2
            && (equals(parameter, "charset=utf-8") || equals(parameter, "charset=\"utf-8\"")
                || equals(parameter, "charset=utf8"))
    }

    /// Dagster's sentence; it reads headers as Latin-1.
    static func refusal(_ value: UnsafeRawBufferPointer) -> ParameterError {
        var text = ""
        for byte in value.prefix(200) { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        return ParameterError("Unhandled content type \(text), expect no body or application/json")
    }

    private static func trimmed(_ text: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        guard let first = text.firstIndex(where: { $0 != 0x20 && $0 != 0x09 }),
            let last = text.lastIndex(where: { $0 != 0x20 && $0 != 0x09 })
        else { return text.prefix(0) }
        return text[first...last]
    }

    private static func equals(_ text: Slice<UnsafeRawBufferPointer>, _ lowercased: StaticString) -> Bool {
        let expected = UnsafeBufferPointer(start: lowercased.utf8Start, count: lowercased.utf8CodeUnitCount)
        return text.count == expected.count
            && zip(text, expected).allSatisfy { byte, wanted in
                byte == wanted || (byte >= 0x41 && byte <= 0x5a && byte | 0x20 == wanted)
            }
    }
}
