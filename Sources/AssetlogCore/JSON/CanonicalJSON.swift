/// The one form in which JSON is kept: no blanks, only `"`, `\` and control characters escaped.
public enum CanonicalJSON {
    /// Appends a JSON string of UTF-8 bytes, with its quotes.
    public static func appendString(_ utf8: some Sequence<UInt8>, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        defer { output.append(UInt8(ascii: "\"")) }
        // Most texts stand in one piece of memory, and need no escape.
        let isAppended = utf8.withContiguousStorageIfAvailable { bytes in
            let escaped = bytes.reduce(into: 0) { count, byte in
                count &+= byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? 1 : 0
            }
            if escaped == 0 { output.append(contentsOf: bytes) }
            return escaped == 0
        }
        guard isAppended != true else { return }
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case 0x0a: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            case 0x0d: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
            case 0x09: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                output.append(contentsOf: Array("\\u00".utf8))
                output.append(digits[Int(byte >> 4)])
                output.append(digits[Int(byte & 0xf)])
            default: output.append(byte)
            }
        }
    }

    /// The JSON array of strings; ``strings(inArray:)`` reads it.
    public static func array(of strings: [String]) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        for string in strings {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            appendString(string.utf8, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads a JSON array whose elements are all strings; nil for anything else.
    public static func strings(inArray json: [UInt8]) -> [String]? {
        json.withUnsafeBytes { bytes in
            guard (try? JSONScanner.validate(bytes)) == .array else { return nil }
            var cursor = JSONCursor(bytes)
            cursor.skipBlanks()
            cursor.position += 1
            cursor.skipBlanks()
            var strings: [String] = []
            var decoded = ByteScratch(capacity: 64)
            while cursor.next != UInt8(ascii: "]") {
                guard cursor.next == UInt8(ascii: "\"") else { return nil }
                decoded.removeAll()
                decoded.appendUnescaped(cursor.string())
                strings.append(String(decoding: decoded.bytes, as: UTF8.self))
                cursor.skipBlanks()
                if cursor.next == UInt8(ascii: ",") { cursor.position += 1 }
                cursor.skipBlanks()
            }
            return strings
        }
    }

    /// The canonical form of a JSON text: names in objects sorted, of a duplicate name the last.
    ///
    /// - Throws: ``JSONError`` when it is not JSON.
    public static func canonical(
        of json: UnsafeRawBufferPointer, mode: JSONScanner.Mode = .strict
    ) throws(JSONError) -> [UInt8] {
        try JSONScanner.validate(json, mode: mode)
        var output = ByteScratch(capacity: json.count)
        var writer = CanonicalWriter()
        writer.write(json, to: &output)
        return Array(output.bytes)
    }

    /// The canonical form of metadata: each label of a JSON object with the type and the value of what it names.
    ///
    /// Labels keep their order unless `sorted`. Nil when the text is JSON, but not an object.
    /// - Throws: ``JSONError`` when it is not JSON.
    public static func metadata(
        of json: UnsafeRawBufferPointer, sorted: Bool = false, mode: JSONScanner.Mode = .strict
    ) throws(JSONError) -> [UInt8]? {
        guard try JSONScanner.validate(json, mode: mode) == .object else { return nil }
        var output = ByteScratch(capacity: json.count * 2)
        var writer = CanonicalWriter()
        writer.writeMetadata(json, order: sorted ? .sorted : .asWritten, to: &output)
        return Array(output.bytes)
    }
}

extension CanonicalJSON {
    /// The members of a JSON object in their order, each with its value as it is written; nil when it is no object.
    package static func members(ofObject json: [UInt8]) -> [(name: String, value: [UInt8])]? {
        json.withUnsafeBytes { bytes in
            guard (try? JSONScanner.validate(bytes)) == .object else { return nil }
            var cursor = JSONCursor(bytes)
            var members: [(name: String, value: [UInt8])] = []
            cursor.skipBlanks()
            cursor.position += 1
            cursor.skipBlanks()
            while cursor.next == UInt8(ascii: "\"") {
                let name = text(cursor.string())
                cursor.skipBlanks()
                cursor.position += 1
                cursor.skipBlanks()
                members.append((name, Array(cursor.value())))
                cursor.skipBlanks()
                guard cursor.next == UInt8(ascii: ",") else { break }
                cursor.position += 1
                cursor.skipBlanks()
            }
            return members
        }
    }

    /// The elements of a JSON array in their order, each as it is written; nil when it is no array.
    package static func elements(ofArray json: [UInt8]) -> [[UInt8]]? {
        json.withUnsafeBytes { bytes in
            guard (try? JSONScanner.validate(bytes)) == .array else { return nil }
            var cursor = JSONCursor(bytes)
            cursor.skipBlanks()
            var elements = JSONElements(UnsafeRawBufferPointer(rebasing: bytes[cursor.position...]))
            var values: [[UInt8]] = []
            while let element = elements.next() { values.append(Array(element.json)) }
            return values
        }
    }

    /// The member of a JSON object that is a string; nil when there is none, or no object.
    package static func string(_ name: String, inObject json: [UInt8]) -> String? {
        guard let value = members(ofObject: json)?.last(where: { $0.name == name })?.value, value.first == UInt8(ascii: "\"")
        else { return nil }
        return value.dropFirst().dropLast().withUnsafeBytes { text($0) }
    }

    private static func text(_ content: UnsafeRawBufferPointer) -> String {
        var decoded = ByteScratch(capacity: content.count)
        decoded.appendUnescaped(content)
        return String(decoding: decoded.bytes, as: UTF8.self)
    }
}
