/// A dimension of partitions: its name, and the keys that it has in an item.
struct PartitionDimension {
    enum Keys {
        case texts([[UInt8]])
        case range(PartitionRange)

        var count: Int {
            switch self {
            case .texts(let texts): texts.count
            case .range(let range): range.count
            }
        }
    }

    var name: [UInt8]
    var keys: Keys
}

// Partitions of several dimensions.
extension PartitionKeys {
    // The keys of the dimensions, joined in the order of their names, as Dagster joins them.
    mutating func appendJoined(_ value: FieldValue, at path: String, reader: inout FieldReader)
        throws(SubmissionError)
    {
        let dimensions = try Self.dimensions(value, at: path) { (one, path) throws(SubmissionError) in
            guard one.kind == .string else { throw one.mustBe("an object of texts", at: path) }
            return .texts([try Self.dimensionKey(one, at: path, reader: &reader)])
        }
        try append(dimensions, combination: 0, value, at: path)
    }

    mutating func readProduct(_ value: FieldValue, limit: Int, reader: inout FieldReader) throws(SubmissionError) {
        let dimensions = try Self.dimensions(value, at: "") { (one, path) throws(SubmissionError) in
            switch one.kind {
            case .string: return .texts([try Self.dimensionKey(one, at: path, reader: &reader)])
            case .object: return .range(try PartitionRange(one, at: path, reader: &reader))
            case .array:
                // What is too many for one dimension is not made.
                try Self.check(one, count: Self.elements(one.json), limit: limit)
                var texts: [[UInt8]] = []
                var elements = JSONElements(one.json)
                while let element = elements.next() {
                    let key = FieldValue(one.name, element)
                    texts.append(try Self.dimensionKey(key, at: "\(path)/\(texts.count)", reader: &reader))
                }
                return .texts(texts)
            default: throw one.mustBe("an object of texts, arrays and ranges", at: path)
            }
        }
        var count = 1
        for dimension in dimensions {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension.keys.count)
            count = overflow ? .max : product
        }
        try Self.check(value, count: count, limit: limit)
        for combination in 0..<count {
            try append(dimensions, combination: combination, value, at: "")
            ends.append(text.count)
        }
    }

    private static func dimensions(
        _ value: FieldValue, at path: String,
        keys: (FieldValue, String) throws(SubmissionError) -> PartitionDimension.Keys
    ) throws(SubmissionError) -> [PartitionDimension] {
        var dimensions: [PartitionDimension] = []
        var members = JSONMembers(value.json)
        while let (name, member) = members.next() {
            let bytes = Array(name.text.utf8)
            let path = path + JSONPointer.part(name.text)
            guard !bytes.isEmpty else { throw value.refused("has a dimension without a name.", at: path) }
            let dimension = PartitionDimension(name: bytes, keys: try keys(FieldValue(value.name, member), path))
            dimensions.removeAll { $0.name == bytes }
            dimensions.append(dimension)
            guard dimensions.count <= 64 else { throw value.refused("has over 64 dimensions.", at: path) }
        }
        guard !dimensions.isEmpty else {
            throw value.refused("has no dimensions; leave it out to report on the whole asset.", at: path)
        }
        return dimensions.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    private static func dimensionKey(_ value: FieldValue, at path: String, reader: inout FieldReader)
        throws(SubmissionError) -> [UInt8]
    {
        let key = Array(try reader.text(value, at: path))
        guard !key.contains(UInt8(ascii: "|")) else {
            throw value.refused(
                "has | in the key of a dimension, which separates dimensions; leave it out.", at: path)
        }
        return key
    }

    // The last dimension changes first.
    private mutating func append(
        _ dimensions: [PartitionDimension], combination: Int, _ value: FieldValue, at path: String
    )
        throws(SubmissionError)
    {
        let start = text.count
        var rest = combination
        var indices = Array(repeating: 0, count: dimensions.count)
        for index in dimensions.indices.reversed() {
            (rest, indices[index]) = rest.quotientAndRemainder(dividingBy: dimensions[index].keys.count)
        }
        for index in dimensions.indices {
            if index > 0 { text.append(UInt8(ascii: "|")) }
            switch dimensions[index].keys {
            case .texts(let texts): texts[indices[index]].withUnsafeBytes { text.append($0) }
            case .range(let range): range.appendKey(at: indices[index], to: &text)
            }
        }
        guard text.count - start <= Event.maximumTextLength else {
            throw value.refused(
                "has \(text.count - start) bytes of UTF-8 with its dimensions joined; "
                    + "at most \(Event.maximumTextLength) are stored.", at: path)
        }
    }
}
