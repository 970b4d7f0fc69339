#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// The asset key: the path if it is not empty, else the body if it has the name, else the query.
extension ReportResolution {
    /// Writes the canonical key to the output, which is empty.
    mutating func writeKey(_ request: ReportRequest) throws(ParameterError) {
        if !request.keyPath.isEmpty {
            sources.assetKey = .path
            try writePathKey(request.keyPath)
        } else if let field = fields[.assetKey] {
            sources.assetKey = .body
            try writeBodyKey(field)
        } else if let text = queryText(.assetKey), text.end > text.start {
            sources.assetKey = .query
            try writeQueryKey(text)
        } else {
            throw request.endpoint == .check ? Self.emptyCheckKey : Self.emptyAssetKey
        }
    }

    private static let emptyAssetKey = ParameterError(
        "Empty asset key, must provide asset key as url path after /report_asset_materialization/ "
            + "or query param asset_key.")
    private static let emptyCheckKey = ParameterError(
        "Empty asset key, must provide asset key as url path after /report_asset_check_evaluation/ "
            + "or query param asset_key.")
    private static let noPart = ParameterError("The asset key has no parts; give it at least one.")

    // Most paths are plain text, whose slashes separate parts. False, with nothing written, for any other.
    private mutating func writePlainPathKey(_ path: UnsafeRawBufferPointer) -> Bool {
        guard let base = path.baseAddress, path.count <= Event.maximumTextLength else { return false }
        var start = 0
        output.append("[\"")
        for index in 0..<path.count {
            let byte = path[index]
            if byte == UInt8(ascii: "/") {
                output.append(base + start, count: index - start)
                output.append("\",\"")
                start = index + 1
            } else if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\"")
                || byte == UInt8(ascii: "\\")
            {
                output.truncate(to: 0)
                return false
            }
        }
        output.append(base + start, count: path.count - start)
        output.append("\"]")
        return true
    }

    // Every slash of the decoded path separates two parts.
    private mutating func writePathKey(_ path: UnsafeRawBufferPointer) throws(ParameterError) {
        if writePlainPathKey(path) { return }
        let start = scratch.count
        PercentDecoding.append(path, plusIsSpace: false, to: &scratch)
        let end = scratch.count
        output.append(UInt8(ascii: "["))
        var length = 0
        var part = start
        while true {
            let rest = scratch.base + part
            let slash = memchr(rest, Int32(UInt8(ascii: "/")), end - part)
            let count = slash.map { $0 - rest } ?? (end - part)
            try writePart(TextSlice(buffer: .scratch, start: part, end: part + count), length: &length)
            guard slash != nil else { break }
            part += count + 1
        }
        output.append(UInt8(ascii: "]"))
    }

    // A string is one part, never split; an array has a part per string.
    mutating func writeBodyKey(_ field: BodyField) throws(ParameterError) {
        var length = 0
        switch field.kind {
        case .string:
            output.append(UInt8(ascii: "["))
            try writePart(decoded(field), length: &length)
            output.append(UInt8(ascii: "]"))
        case .array:
            try writeArrayKey(TextSlice(buffer: .body, start: field.start, end: field.end))
        default:
            throw ParameterError("asset_key must be a string or an array of strings, not \(field.kind.phrase).")
        }
    }

    mutating func writeQueryKey(_ text: TextSlice) throws(ParameterError) {
        if bytes(text).first == UInt8(ascii: "[") {
            do {
                try JSONScanner.validate(bytes(text), mode: .lenient)
                return try writeArrayKey(text)
            } catch let error as JSONError {
                // What does not follow the grammar is plain text that begins with a bracket.
                guard error.code == .syntax else { throw ParameterError("asset_key is not valid JSON: \(error).") }
            } catch let error as ParameterError {
                throw error
            } catch {
                throw ParameterError("asset_key can't be read.")
            }
        }
        try writePlainKey(text)
    }

    // The array was validated before.
    private mutating func writeArrayKey(_ array: TextSlice) throws(ParameterError) {
        var cursor = JSONCursor(bytes(array))
        var length = 0
        cursor.position = 1
        cursor.skipBlanks()
        guard cursor.next != UInt8(ascii: "]") else { throw Self.noPart }
        output.append(UInt8(ascii: "["))
        while true {
            guard cursor.next == UInt8(ascii: "\"") else {
                throw ParameterError("asset_key must be an array of strings; one of its elements is not a string.")
            }
            let content = cursor.string()
            let start = scratch.count
            // The cursor may look into the scratch itself, whose memory moves when it grows.
            if array.buffer == .scratch {
                let offset = cursor.position - content.count - 1
                scratch.reserve(content.count)
                cursor = JSONCursor(bytes(array), position: cursor.position)
                scratch.appendUnescaped(cursor.slice(offset..<offset + content.count))
            } else {
                scratch.appendUnescaped(content)
            }
            try writePart(TextSlice(buffer: .scratch, start: start, end: scratch.count), length: &length)
            scratch.truncate(to: start)
            cursor.skipBlanks()
            guard cursor.next == UInt8(ascii: ",") else { break }
            cursor.position += 1
            cursor.skipBlanks()
        }
        output.append(UInt8(ascii: "]"))
    }

    // Everything but ASCII letters, digits and underscores separates; empty pieces are dropped.
    private mutating func writePlainKey(_ text: TextSlice) throws(ParameterError) {
        guard bytes(text).allSatisfy({ $0 < 0x80 }) else {
            throw ParameterError(
                "asset_key in the query has characters outside ASCII, at which it would be cut off; "
                    + "write it as a JSON array: asset_key=[\"part\"].")
        }
        var length = 0
        var start = text.start
        output.append(UInt8(ascii: "["))
        for index in text.start...text.end {
            guard index == text.end || !Self.isPlain(scratch.bytes[index]) else { continue }
            if index > start {
                try writePart(TextSlice(buffer: .scratch, start: start, end: index), length: &length)
            }
            start = index + 1
        }
        guard output.count > 1 else { throw Self.noPart }
        output.append(UInt8(ascii: "]"))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private mutating func writePart(_ part: TextSlice, length: inout Int) throws(ParameterError) {
        try refuseNUL(.assetKey, part)
        length += part.end - part.start
        guard length <= Event.maximumTextLength else {
            throw ParameterError(
                "asset_key has over \(Event.maximumTextLength) bytes of UTF-8, the most that is stored.")
        }
        if output.count > 1 { output.append(UInt8(ascii: ",")) }
        output.appendString(bytes(part))
    }
}
