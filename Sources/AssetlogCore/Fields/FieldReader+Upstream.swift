// The assets that the data of an event was made from.
extension FieldReader {
    /// Writes the member `upstream` with a comma before it: each key once, where it is first. An empty array is none at all.
    ///
    /// A key is always an array of its parts: of an array of texts nobody could say whether it is one key or several.
    mutating func writeUpstream(_ value: FieldValue, to output: inout ByteScratch) throws(SubmissionError) {
        guard value.kind == .array else { throw value.mustBe(#"an array of asset keys such as [["warehouse", "orders"]]"#) }
        var elements = JSONElements(value.json)
        var known: Set<[UInt8]> = []
        var index = 0
        while let element = elements.next() {
            guard index < UpstreamKeys.maximumCount else {
                throw value.refused("names over \(UpstreamKeys.maximumCount) assets, the most that an event may have.")
            }
            let start = output.count
            output.append(known.isEmpty ? #","upstream":["# : ",")
            let keyStart = output.count
            try writeUpstreamKey(element, of: value, at: "/\(index)", to: &output)
            if !known.insert(Array(output.bytes(in: keyStart..<output.count))).inserted { output.truncate(to: start) }
            index += 1
        }
        if !known.isEmpty { output.append(UInt8(ascii: "]")) }
    }

    private mutating func writeUpstreamKey(
        _ element: JSONValue, of value: FieldValue, at path: String, to output: inout ByteScratch
    ) throws(SubmissionError) {
        let form = #"asset keys as arrays of strings, such as ["warehouse", "orders"]"#
        guard element.kind == .array else {
            throw value.refused("must hold \(form); one is \(Quoted.value(element.json, element.kind)).", at: path)
        }
        var key = CanonicalKey(&output)
        var parts = JSONElements(element.json)
        while let part = parts.next() {
            guard part.kind == .string else {
                throw value.refused("must hold \(form); a part of one is \(Quoted.value(part.json, part.kind)).", at: path)
            }
            key.append(unescaped(part.json), to: &output)
        }
        key.end(&output)
        if let problem = key.problem { throw value.refused("names an asset whose key \(problem)", at: path) }
    }
}
