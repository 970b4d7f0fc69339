/// Why a body is no form, in a sentence.
struct FormDataError: Error, CustomStringConvertible {
    let description: String

    init(_ sentence: String) {
        description = sentence
    }
}

/// The fields of a `multipart/form-data` body (RFC 7578, RFC 2046 section 5.1), read strictly and where they stand.
struct FormData {
    /// A field, and where its content is.
    struct Field {
        var name: String
        var content: Range<Int>
    }

    /// The most fields, and bytes of the headers of one.
    static let maximumFields = 16
    static let maximumHeaderBytes = 8 << 10

    let body: [UInt8]
    private(set) var fields: [Field] = []

    /// - Throws: ``FormDataError``.
    init(_ body: [UInt8], contentType: String) throws(FormDataError) {
        self.body = body
        let delimiter = Array("\r\n--\(try Self.boundary(of: contentType))".utf8)
        // The first one has no line before it, unless there are words for programs without MIME.
        var position: Int
        if body.starts(with: delimiter.dropFirst(2)) {
            position = delimiter.count - 2
        } else {
            position = try Self.end(of: delimiter, in: body, from: 0).upperBound
        }
        while try !isLast(&position) {
            guard fields.count < Self.maximumFields else { throw FormDataError("The form has more than \(Self.maximumFields) fields.") }
            let name = try readHeaders(&position)
            let end = try Self.end(of: delimiter, in: body, from: position)
            guard !fields.contains(where: { $0.name == name }) else { throw FormDataError("The form has the field \(name) twice.") }
            fields.append(Field(name: name, content: position..<end.lowerBound))
            position = end.upperBound
        }
    }

    // MARK: Delimiters

    private static func boundary(of contentType: String) throws(FormDataError) -> String {
        let value = HeaderParameters(contentType)["boundary"] ?? ""
        let isUsable = value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f || $0 == 0x20 } && !value.hasSuffix(" ")
        guard (1...70).contains(value.utf8.count), isUsable else {
            throw FormDataError("The Content-Type has no boundary of 1 to 70 characters.")
        }
        return value
    }

    private static func end(of delimiter: [UInt8], in body: [UInt8], from start: Int) throws(FormDataError) -> Range<Int> {
        let found = body.withUnsafeBytes { bytes -> Range<Int>? in
            var position = start
            while position + delimiter.count <= bytes.count {
                if bytes[position] == delimiter[0],
                    bytes[position..<position + delimiter.count].elementsEqual(delimiter)
                {
                    return position..<position + delimiter.count
                }
                position += 1
            }
            return nil
        }
        guard let found else { throw FormDataError("The form is cut off: a line with the boundary is missing.") }
        return found
    }

    // Behind a delimiter: two dashes at the end, else blanks and the end of the line.
    private func isLast(_ position: inout Int) throws(FormDataError) -> Bool {
        if body[position...].starts(with: [0x2d, 0x2d]) { return true }
        while position < body.count, body[position] == 0x20 || body[position] == 0x09 { position += 1 }
        guard body[position...].starts(with: [0x0d, 0x0a]) else {
            throw FormDataError("The form has a line that begins with the boundary and goes on with something else.")
        }
        position += 2
        return false
    }

    // MARK: Headers

    private func readHeaders(_ position: inout Int) throws(FormDataError) -> String {
        var name: String?
        let limit = position + Self.maximumHeaderBytes
        while true {
            guard let end = lineEnd(from: position, limit) else {
                throw FormDataError("The headers of a field have more than \(Self.maximumHeaderBytes) bytes, or no end.")
            }
            let line = String(decoding: body[position..<end], as: UTF8.self)
            position = end + 2
            guard !line.isEmpty else { break }
            if let found = try Self.name(inHeader: line) { name = found }
        }
        guard let name, !name.isEmpty, name.utf8.count <= 64 else {
            throw FormDataError("A field of the form has no name of at most 64 bytes in its Content-Disposition.")
        }
        return name
    }

    private func lineEnd(from start: Int, _ limit: Int) -> Int? {
        var position = start
        while position + 1 < min(body.count, limit) {
            if body[position] == 0x0d, body[position + 1] == 0x0a { return position }
            position += 1
        }
        return nil
    }

    private static func name(inHeader line: String) throws(FormDataError) -> String? {
        guard let colon = line.utf8.firstIndex(of: 0x3a) else { throw FormDataError("A header of a field has no colon.") }
        let value = String(line[line.index(after: colon)...])
        switch line[..<colon].lowercased() {
        case "content-disposition":
            let parameters = HeaderParameters(value)
            guard parameters.value == "form-data" else { throw FormDataError("The Content-Disposition of a field is not form-data.") }
            return parameters["name"]
        case "content-transfer-encoding":
            guard ["binary", "8bit", "7bit"].contains(HeaderParameters(value).value) else {
                throw FormDataError("A field has a Content-Transfer-Encoding; send the bytes as they are.")
            }
            return nil
        default: return nil
        }
    }
}

/// The value of a header and its parameters: `form-data; name="manifest"; filename="manifest.json"`.
struct HeaderParameters {
    /// The value before the parameters, in lower case.
    let value: String
    private var parameters: [(name: String, value: String)] = []

    init(_ text: String) {
        var parts = Self.parts(of: text)
        value = parts.isEmpty ? "" : parts.removeFirst().lowercased()
        for part in parts {
            guard let equals = part.firstIndex(of: "=") else { continue }
            parameters.append((part[..<equals].lowercased(), Self.plain(part[part.index(after: equals)...])))
        }
    }

    /// A parameter, by its name in lower case; of several the first.
    subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

    // A semicolon may stand in quotes.
    private static func parts(of text: String) -> [String] {
        var (parts, part) = ([String](), String.UnicodeScalarView())
        var (isQuoted, isEscaped) = (false, false)
        for scalar in text.unicodeScalars {
            if scalar == ";", !isQuoted {
                parts.append(trimmed(part))
                part = String.UnicodeScalarView()
                continue
            }
            if scalar == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = isQuoted && scalar == "\\" && !isEscaped
            part.append(scalar)
        }
        return parts + [trimmed(part)]
    }

    private static func trimmed(_ text: String.UnicodeScalarView) -> String {
        let isBlank: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" }
        var rest = text.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return String(rest)
    }

    private static func plain(_ text: Substring) -> String {
        guard text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return String(text) }
        var (plain, isEscaped) = (String.UnicodeScalarView(), false)
        for scalar in text.dropFirst().dropLast().unicodeScalars {
            isEscaped = scalar == "\\" && !isEscaped
            if !isEscaped { plain.append(scalar) }
        }
        return String(plain)
    }
}
