#if DagsterDatabase
/// Writes JSON byte by byte as Python's `json.dumps` does: a blank after each comma and colon, and ASCII only.
///
/// The order of names is that in which they are written; canonical JSON has it as Python sorts, and its numbers as Python prints
/// them.
struct PythonJSON {
    /// What was written.
    private(set) var bytes: [UInt8] = []

    /// Appends JSON that is written as Python would already.
    mutating func append(raw json: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: json.utf8Start, count: json.utf8CodeUnitCount))
    }

    /// Appends what was written elsewhere.
    mutating func append(_ json: PythonJSON) { bytes += json.bytes }

    /// Appends a number.
    mutating func append(number: Double) { bytes += number.description.utf8 }

    /// Appends a string, or null.
    mutating func append(string: String?) {
        guard var text = string else { return append(raw: "null") }
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            var rest = utf8[...]
            while let byte = rest.first {
                guard byte < 0x80 else {
                    rest = appendForeign(rest)
                    continue
                }
                append(character: byte)
                rest.removeFirst()
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends canonical JSON in Python's form.
    mutating func append(canonical json: ArraySlice<UInt8>) {
        var rest = json
        while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "\""): rest = appendString(rest)
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                bytes += [byte, UInt8(ascii: " ")]
                rest.removeFirst()
            default:
                bytes.append(byte)
                rest.removeFirst()
            }
        }
    }

    // MARK: Strings

    // Appends the canonical string that is at the start; returns what comes after it.
    private mutating func appendString(_ json: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = json.dropFirst()
        bytes.append(UInt8(ascii: "\""))
        while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "\""):
                bytes.append(byte)
                return rest.dropFirst()
            case UInt8(ascii: "\\"): rest = appendEscape(rest)
            case 0x80...: rest = appendForeign(rest)
            default:
                append(character: byte)
                rest.removeFirst()
            }
        }
        return rest
    }

    // The escapes of canonical JSON are those of Python, but for two that Python has a letter for.
    private mutating func appendEscape(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let escape = rest.prefix(rest.dropFirst().first == UInt8(ascii: "u") ? 6 : 2)
        switch escape {
        case _ where escape.elementsEqual("\\u0008".utf8): append(raw: "\\b")
        case _ where escape.elementsEqual("\\u000c".utf8): append(raw: "\\f")
        default: bytes += escape
        }
        return rest.dropFirst(escape.count)
    }

    // Appends the characters at the start that are not ASCII, as UTF-16 in hexadecimal; returns what comes after them.
    private mutating func appendForeign<Bytes: Collection<UInt8>>(_ rest: Bytes) -> Bytes.SubSequence where Bytes.SubSequence == Bytes {
        let run = rest.prefix { $0 >= 0x80 }
        for unit in String(decoding: run, as: UTF8.self).utf16 { append(unit: unit) }
        return rest.dropFirst(run.count)
    }

    private mutating func append(unit: UInt16) {
        let digits = Array("0123456789abcdef".utf8)
        append(raw: "\\u")
        for shift in [12, 8, 4, 0] { bytes.append(digits[Int(unit >> UInt16(shift)) & 0xf]) }
    }

    private mutating func append(character: UInt8) {
        switch character {
        case UInt8(ascii: "\""): append(raw: "\\\"")
        case UInt8(ascii: "\\"): append(raw: "\\\\")
        case 0x0a: append(raw: "\\n")
        case 0x0d: append(raw: "\\r")
        case 0x09: append(raw: "\\t")
        case 0x08: append(raw: "\\b")
        case 0x0c: append(raw: "\\f")
        case 0..<0x20, 0x7f: append(unit: UInt16(character))
        default: bytes.append(character)
        }
    }
}
#endif
