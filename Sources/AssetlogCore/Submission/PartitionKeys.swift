/// The partitions that an item speaks of, in order.
struct PartitionKeys: ~Copyable {
    // The keys one after the other, and where each ends.
    var text = ByteScratch()
    var ends: ContiguousArray<Int> = []

    /// The number of partitions; 0: the item speaks of the whole asset.
    var count: Int { ends.count }
    /// The bytes of all keys.
    var byteCount: Int { text.count }
    /// The keys, to lend; valid until the next change.
    var keys: View { View(text: text.bytes, ends: ends) }

    /// The keys, borrowed.
    struct View {
        fileprivate let text: UnsafeRawBufferPointer
        fileprivate let ends: ContiguousArray<Int>

        var count: Int { ends.count }
        var byteCount: Int { text.count }

        subscript(index: Int) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: text[(index == 0 ? 0 : ends[index - 1])..<ends[index]])
        }
    }

    mutating func removeAll() {
        text.removeAll()
        ends.removeAll(keepingCapacity: true)
    }

    /// Reads the field `partition`: a text, or an object of the dimensions of one partition.
    mutating func readOne(_ value: FieldValue, reader: inout FieldReader) throws(SubmissionError) {
        switch value.kind {
        case .string: text.append(try reader.text(value))
        case .object: try appendJoined(value, at: "", reader: &reader)
        default: throw value.mustBe(#"a string, or an object of dimensions such as {"date": "…", "region": "…"}"#)
        }
        ends.append(text.count)
    }

    /// Reads the field `partitions`: an array of what `partition` takes, a range, or an object of dimensions with a
    /// text, an array of texts or a range each, of which it makes every combination.
    mutating func readMany(_ value: FieldValue, limit: Int, reader: inout FieldReader) throws(SubmissionError) {
        switch value.kind {
        case .array: try readArray(value, limit: limit, reader: &reader)
        case .object where Self.isRange(value):
            let range = try PartitionRange(value, at: "", reader: &reader)
            try Self.check(value, count: range.count, limit: limit)
            for index in 0..<range.count {
                range.appendKey(at: index, to: &text)
                ends.append(text.count)
            }
        case .object: try readProduct(value, limit: limit, reader: &reader)
        default:
            throw value.mustBe(#"an array, a range such as {"from": "…", "to": "…", "every": "day"}, or dimensions"#)
        }
    }

    static func check(_ value: FieldValue, count: Int, limit: Int) throws(SubmissionError) {
        if count == 0 { throw value.refused("names no partition; leave it out to report on the whole asset.") }
        guard count <= limit else {
            throw value.refused("are \(count), but one item may have \(limit). Send the rest in another.")
        }
    }

    private static func isRange(_ value: FieldValue) -> Bool {
        var members = JSONMembers(value.json)
        while let (name, _) = members.next() {
            if name.equals("every") || name.equals("from") || name.equals("to") { return true }
        }
        return false
    }

    private mutating func readArray(_ value: FieldValue, limit: Int, reader: inout FieldReader) throws(SubmissionError) {
        try Self.check(value, count: Self.elements(value.json), limit: limit)
        var elements = JSONElements(value.json)
        while let element = elements.next() {
            let path = "/\(ends.count)"
            let one = FieldValue(value.name, element)
            switch element.kind {
            case .string: text.append(try reader.text(one, at: path))
            case .object: try appendJoined(one, at: path, reader: &reader)
            default:
                let shown = Quoted.value(element.json, element.kind)
                throw value.refused("must hold strings or objects of dimensions, not \(shown).", at: path)
            }
            ends.append(text.count)
        }
    }

    static func elements(_ array: UnsafeRawBufferPointer) -> Int {
        var elements = JSONElements(array)
        var count = 0
        while elements.next() != nil { count += 1 }
        return count
    }
}
