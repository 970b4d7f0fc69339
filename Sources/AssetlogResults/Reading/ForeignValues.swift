import AssetlogCore

extension String {
    /// The text, or its beginning where it has more bytes, with three dots.
    func clipped(to bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        var (kept, count) = (String.UnicodeScalarView(), 3)
        for scalar in unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= bytes else { break }
            kept.append(scalar)
        }
        return String(kept) + "..."
    }

    /// The text in quotes, for a sentence.
    var quoted: String { "\"\(clipped(to: 200))\"" }
}

extension JSONView {
    /// A text that is not empty, clipped; nil for everything else.
    func shortText(_ bytes: Int = 512) -> String? {
        guard let text, !text.isEmpty else { return nil }
        return text.clipped(to: bytes)
    }

    /// A time as Python's programs write it: with a blank or a T, and without an offset in UTC.
    var time: Timestamp? {
        guard let text, text.utf8.count <= 64 else { return nil }
        // dlt marks the type of a value with a character of a private area.
        let plain = text.unicodeScalars.first == "\u{f027}" ? String(text.unicodeScalars.dropFirst()) : text
        return Timestamp(plain) ?? Timestamp("\(plain)Z")
    }

    /// The value of a label for any JSON; nil for null, an empty object, and what is longer than so many bytes.
    func metadata(atMost bytes: Int = 16 << 10) -> EventItem.Value? {
        guard byteCount <= bytes else { return nil }
        switch kind {
        case .string: return text.map { .text($0) }
        case .true, .false: return boolean.map { .boolean($0) }
        case .integer, .float:
            if let integer { return .integer(integer) }
            return number.map { .number($0) }
        case .array, .object: return byteCount > 2 ? Self.canonical(json).map { .json($0) } : nil
        case .null: return nil
        }
    }

    // On one line, as items are sent. NaN inside of an array is no JSON for who reads it next.
    private static func canonical(_ json: ArraySlice<UInt8>) -> [UInt8]? {
        json.withUnsafeBytes { bytes in
            hasBareWord(bytes) ? nil : try? CanonicalJSON.canonical(of: bytes, mode: .lenient)
        }
    }

    private static func hasBareWord(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var (isText, isEscaped) = (false, false)
        for byte in bytes {
            if isEscaped {
                isEscaped = false
            } else if isText, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isText.toggle()
            } else if !isText, byte == UInt8(ascii: "N") || byte == UInt8(ascii: "I") {
                return true
            }
        }
        return false
    }
}

extension EventItem {
    /// Adds a label, unless there is no value.
    mutating func add(_ label: String, _ value: Value?) {
        guard let value else { return }
        metadata.append((label, value))
    }

    /// Adds a label with a text, unless there is none.
    mutating func add(_ label: String, text: String?) {
        add(label, text.map { .text($0) })
    }
}

/// Reads a file as JSON.
enum ResultFile {
    /// - Throws: ``ResultFileError`` that names the file.
    static func json(_ bytes: [UInt8], _ name: String) throws(ResultFileError) -> JSONView {
        do {
            return try JSONView(bytes)
        } catch {
            throw ResultFileError("\(name) is not valid JSON: \(error).")
        }
    }
}
