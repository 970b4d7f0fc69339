#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// Finding the value of a parameter: the body if it has the name, even with null, else the query.
extension ReportResolution {
    /// Where a parameter other than the asset key comes from.
    @inline(__always)
    func source(of parameter: Parameter) -> ParameterSource {
        if fields[parameter] != nil { return .body }
        return query[parameter] != nil ? .query : .absent
    }

    // Not a call: the compiler would copy the whole resolution for it, to borrow it.

    /// The bytes of a slice; valid until more is decoded.
    @inline(__always)
    func bytes(_ slice: TextSlice) -> UnsafeRawBufferPointer {
        switch slice.buffer {
        case .body: UnsafeRawBufferPointer(rebasing: body[slice.start..<slice.end])
        case .scratch: scratch.bytes(in: slice.start..<slice.end)
        }
    }

    /// The text of a parameter whose value in the body must be a string or null; nil when it is absent or null.
    mutating func text(_ parameter: Parameter, refusal: Refusal) throws(ParameterError) -> TextSlice? {
        if let field = fields[parameter] {
            switch field.kind {
            case .null: return nil
            case .string: return decoded(field)
            default: throw refusal.error(parameter, value(field), kind: field.kind)
            }
        }
        return queryText(parameter)
    }

    /// The same for a text that identifies something: without NUL, and not over ``maximumTextLength``.
    mutating func identifyingText(_ parameter: Parameter, refusal: Refusal) throws(ParameterError) -> TextSlice? {
        guard let text = try text(parameter, refusal: refusal) else { return nil }
        try refuseNUL(parameter, text)
        guard text.end - text.start <= Event.maximumTextLength else {
            throw ParameterError(
                "\(parameter.name) has \(text.end - text.start) bytes of UTF-8; "
                    + "at most \(Event.maximumTextLength) are stored.")
        }
        return text
    }

    /// Refuses a text with a NUL character, which not every database can keep.
    @inline(__always)
    func refuseNUL(_ parameter: Parameter, _ text: TextSlice) throws(ParameterError) {
        let bytes = bytes(text)
        guard let base = bytes.baseAddress, memchr(base, 0, bytes.count) != nil else { return }
        throw ParameterError("\(parameter.name) has a NUL character, which can't be stored; leave it out.")
    }

    /// The metadata as validated JSON that is an object or null; nil when it is absent.
    mutating func metadata() throws(ParameterError) -> JSONSlice? {
        if let field = fields[.metadata] {
            return JSONSlice(text: TextSlice(buffer: .body, start: field.start, end: field.end), kind: field.kind)
        }
        guard let text = queryText(.metadata) else { return nil }
        do {
            return JSONSlice(text: text, kind: try JSONScanner.validate(bytes(text), mode: .lenient))
        } catch {
            throw ParameterError("Error parsing metadata json: \(error).")
        }
    }

    /// The decoded value of a parameter in the query; nil when it has none.
    mutating func queryText(_ parameter: Parameter) -> TextSlice? {
        guard let field = query[parameter] else { return nil }
        let start = scratch.count
        PercentDecoding.append(
            UnsafeRawBufferPointer(rebasing: queryBytes[field.start..<field.end]), plusIsSpace: true, to: &scratch)
        return TextSlice(buffer: .scratch, start: start, end: scratch.count)
    }

    /// What a string in the body stands for.
    mutating func decoded(_ field: BodyField) -> TextSlice {
        guard field.escaped else { return TextSlice(buffer: .body, start: field.start + 1, end: field.end - 1) }
        let start = scratch.count
        scratch.appendUnescaped(UnsafeRawBufferPointer(rebasing: body[field.start + 1..<field.end - 1]))
        return TextSlice(buffer: .scratch, start: start, end: scratch.count)
    }

    /// The JSON of a field of the body.
    @inline(__always)
    func value(_ field: BodyField) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: body[field.start..<field.end])
    }
}

/// Dagster's sentences about values of a wrong type.
struct Refusal {
    /// What Dagster was making.
    var constructed: StaticString

    /// Observations too say so.
    static let assetEvent = Refusal(constructed: "AssetMaterialization")
    static let check = Refusal(constructed: "AssetCheckEvaluation")

    func error(_ parameter: Parameter, _ json: UnsafeRawBufferPointer, kind: JSONKind) -> ParameterError {
        let expected =
            switch parameter {
            case .metadata: "one of ['Mapping']"
            case .passed: "a bool"
            default: "a str"
            }
        return ParameterError(
            "Error constructing \(constructed): Param \"\(parameter.name)\" is not \(expected). "
                + "Got \(PythonText.representation(json)) which is type <class '\(PythonText.typeName(kind))'>.")
    }
}
