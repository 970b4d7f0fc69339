// Metadata whose values may say their types: in the form of Dagster Pipes, `{"raw_value": …, "type": …}`, or as an
// event is read back, `{"type": …, "value": …}`. Objects of exactly these members are such values, others plain json.
extension CanonicalWriter {
    /// Appends a validated object as metadata; the writer is as new after an error, the output is not.
    mutating func writeTypedMetadata(_ value: FieldValue, order: Order, to output: inout ByteScratch)
        throws(SubmissionError)
    {
        let start = output.count
        var cursor = JSONCursor(value.json)
        var hasMore = beginMetadata(&cursor, to: &output)
        while hasMore {
            let label = cursor.position
            name(&cursor, to: &output)
            do throws(MetadataProblem) {
                try writeValue(&cursor, to: &output)
                // With the item around it, a value that says no type has all the levels that a report may have.
                if deepest >= JSONScanner.maximumDepth { throw .tooDeep }
            } catch {
                abandon()
                var reader = JSONCursor(value.json, position: label)
                _ = reader.string()
                let text = JSONValue(reader.slice(label..<reader.position)).text
                throw SubmissionError(
                    value.name, JSONPointer.part(text) + error.path, "\(Quoted.text(text)) \(error.detail)")
            }
            hasMore = endLabel(&cursor, to: &output)
        }
        endMetadata(from: start, order: order, to: &output)
    }

    private mutating func writeValue(_ cursor: inout JSONCursor, to output: inout ByteScratch) throws(MetadataProblem) {
        guard cursor.next == UInt8(ascii: "{"), let typed = TypedValue(cursor) else {
            return typedValue(&cursor, to: &output)
        }
        cursor.position = typed.end
        guard let type = MetadataType(typed.type) else {
            throw .unknownType(typed.type)
        }
        if type == .infer {
            var value = JSONCursor(typed.value.json)
            return typedValue(&value, to: &output)
        }
        output.append(#"{"type":""#)
        output.append(type.name)
        output.append(#"","value":"#)
        try write(typed, type, to: &output)
        output.append(UInt8(ascii: "}"))
    }

    private mutating func write(_ typed: TypedValue, _ type: MetadataType, to output: inout ByteScratch)
        throws(MetadataProblem)
    {
        let value = typed.value
        var cursor = JSONCursor(value.json)
        guard type.accepts(value) else { throw .wrongValue(type, value, at: typed.path) }
        switch type {
        case .float, .timestamp: output.appendFloat(value)
        case .asset: try writeAssetKey(value, at: typed.path, to: &output)
        default: self.value(&cursor, to: &output)
        }
    }

    // A string is split at its slashes, as Dagster Pipes does.
    private func writeAssetKey(_ value: JSONValue, at path: String, to output: inout ByteScratch)
        throws(MetadataProblem)
    {
        var key = CanonicalKey(&output)
        if value.kind == .string {
            for part in value.text.split(separator: "/", omittingEmptySubsequences: false) {
                key.append(String(part), to: &output)
            }
        } else {
            var elements = JSONElements(value.json)
            while let element = elements.next() { key.append(element.text, to: &output) }
        }
        key.end(&output)
        if let problem = key.problem {
            throw MetadataProblem(path: path, detail: "names an asset whose key \(problem)")
        }
    }
}

extension ByteScratch {
    /// Appends a number, or the name of one that JSON does not have, as a canonical float.
    fileprivate mutating func appendFloat(_ value: JSONValue) {
        switch value.kind {
        case .string:
            var word = value.text
            word.withUTF8 { append(UnsafeRawBufferPointer($0)) }
        case .integer: appendDouble(Self.double(value.json))
        default: appendNumber(value.json, isFloat: true)
        }
    }
}

/// A metadata value that says its type.
private struct TypedValue {
    var type: JSONValue
    var value: JSONValue
    /// Where the value stands in the object, as a JSON pointer.
    var path: String
    /// The position after the object.
    var end: Int

    /// Reads the object at the cursor; nil when it has other members than these two.
    init?(_ cursor: JSONCursor) {
        var members = JSONMembers(at: cursor)
        var (type, value, rawValue): (JSONValue?, JSONValue?, JSONValue?)
        while let name = members.nextName {
            let (isType, isValue) = (name.equals("type"), name.equals("value"))
            guard isType || isValue || name.equals("raw_value"), let member = members.next() else { return nil }
            if isType { type = member.value } else if isValue { value = member.value } else { rawValue = member.value }
        }
        guard let type, let one = value ?? rawValue, value == nil || rawValue == nil else { return nil }
        self.type = type
        self.value = one
        path = value == nil ? "/raw_value" : "/value"
        end = members.end
    }
}
