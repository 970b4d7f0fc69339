// The data version, and the tags in which Dagster keeps it.
extension FieldReader {
    /// Reads the data version.
    mutating func readDataVersion(_ value: FieldValue) throws(SubmissionError) {
        let text = try text(value)
        version.appendString(text)
    }

    /// Reads the tags: an object of texts.
    ///
    /// Where an event may have a data version, the tag `dagster/data_version` must name the same, or gives it.
    mutating func readTags(_ value: FieldValue, nameVersion: Bool) throws(SubmissionError) {
        guard value.kind == .object else { throw value.mustBe("an object of texts") }
        var members = JSONMembers(value.json)
        let hadVersion = version.count > 0
        tags.append(UInt8(ascii: "{"))
        while let (name, tag) = members.next() {
            try checkTag(value, name, tag)
            if tags.count > 1 { tags.append(UInt8(ascii: ",")) }
            tags.append(name.json)
            tags.append(UInt8(ascii: ":"))
            tags.append(tag.json)
            guard nameVersion else { continue }
            if name.equals("dagster/data_version_is_user_provided") { saysWhoProvidedVersion = true }
            guard name.equals("dagster/data_version") else { continue }
            if hadVersion { try compareVersion(value, tag) } else { takeVersion(tag) }
        }
    }

    private mutating func checkTag(_ value: FieldValue, _ name: JSONValue, _ tag: JSONValue) throws(SubmissionError) {
        let label = unescaped(name.json)
        guard !label.isEmpty else { throw value.refused("has a tag with an empty name; give it one.", at: "/") }
        guard Self.isSound(label) else {
            throw value.refused(
                "has a tag whose name has a NUL character or over \(Event.maximumTextLength) bytes.")
        }
        guard tag.kind == .string else {
            throw value.refused(
                "must have text values only; \(Quoted.text(name.text)) is \(Quoted.value(tag.json, tag.kind)).",
                at: JSONPointer.part(name.text))
        }
        if Self.isSound(unescaped(tag.json)) { return }
        // Throws the sentence that unsound texts have everywhere.
        _ = try text(FieldValue(value.name, tag), at: JSONPointer.part(name.text))
    }

    private mutating func takeVersion(_ tag: JSONValue) {
        let text = unescaped(tag.json)
        version.removeAll()
        version.appendString(text)
    }

    private mutating func compareVersion(_ value: FieldValue, _ tag: JSONValue) throws(SubmissionError) {
        var other = ByteScratch(capacity: 64)
        other.appendString(unescaped(tag.json))
        guard !other.bytes.elementsEqual(version.bytes) else { return }
        throw value.refused(
            "names another data version than data_version does; leave this tag out, or give both the same.",
            at: "/dagster~1data_version")
    }

    /// Whether there are tags to write.
    private var hasTags: Bool { tags.count > 1 || version.count > 0 }

    /// Writes the members `data_version` and `tags`, each followed by a comma. Only checks do without tags.
    mutating func writeVersionAndTags(of kind: EventKind, to output: inout ByteScratch) {
        if version.count > 0 {
            output.append(#""data_version":"#)
            output.append(version.bytes)
            output.append(UInt8(ascii: ","))
        }
        guard kind != .check || hasTags else { return }
        output.append(#""tags":"#)
        writeTags(to: &output)
        output.append(UInt8(ascii: ","))
    }

    /// Writes the tags, and those that follow from a data version.
    private mutating func writeTags(to output: inout ByteScratch) {
        guard hasTags else { return output.append("{}") }
        let isGiven = tags.count > 1
        if version.count > 0 {
            if !isGiven { tags.removeAll() }
            tags.append(isGiven ? "," : "{")
            tags.append(#""dagster/data_version":"#)
            tags.append(version.bytes)
            if !saysWhoProvidedVersion { tags.append(#","dagster/data_version_is_user_provided":"true""#) }
        }
        tags.append(UInt8(ascii: "}"))
        // The tags of a version alone are canonical already.
        if isGiven { writer.write(tags.bytes, to: &output) } else { output.append(tags.bytes) }
    }
}
