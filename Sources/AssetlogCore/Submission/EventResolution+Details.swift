// The details of an event: members of a canonical object in one order, whichever way the event came.
extension EventResolution {
    /// Appends the details to the output.
    mutating func writeDetails() throws(SubmissionError) {
        if let version = value(.dataVersion) { try reader.readDataVersion(version) }
        if let tags = value(.tags) {
            try reader.readTags(tags, nameVersion: kind == .materialization || kind == .observation)
        }
        output.append(UInt8(ascii: "{"))
        if let description = value(.description) {
            output.append(#""description":"#)
            try reader.writeText(description, identifies: false, to: &output)
            output.append(UInt8(ascii: ","))
        }
        reader.writeVersionAndTags(of: kind, to: &output)
        try writeMetadata()
        if kind == .check { try writeCheck() }
        if let failure = value(.failure) {
            output.append(#","failure":"#)
            try reader.writeFailure(failure, to: &output)
        }
        if let upstream = value(.upstream) { try reader.writeUpstream(upstream, to: &output) }
        output.append(UInt8(ascii: "}"))
    }

    // Labels keep their order, but are sorted for checks, as in a report.
    private mutating func writeMetadata() throws(SubmissionError) {
        output.append(#""metadata":"#)
        guard let metadata = value(.metadata) else { return output.append("{}") }
        guard metadata.kind == .object else { throw metadata.mustBe("an object") }
        try reader.writer.writeTypedMetadata(metadata, order: kind == .check ? .sorted : .asWritten, to: &output)
    }

    private mutating func writeCheck() throws(SubmissionError) {
        guard let name = value(.checkName) else {
            throw SubmissionError("check_name", "", "is missing; a check needs one.")
        }
        output.append(#","check_name":"#)
        try reader.writeText(name, to: &output)
        guard let passed = value(.passed) else {
            throw SubmissionError("passed", "", "is missing; send true or false.")
        }
        output.append(try passed.flag() ? #","passed":true"# : #","passed":false"#)
        output.append(try severity() == .warn ? #","severity":"WARN""# : #","severity":"ERROR""#)
        if let blocking = value(.blocking) {
            output.append(try blocking.flag() ? #","blocking":true"# : #","blocking":false"#)
        }
        if let target = value(.target) {
            output.append(#","target":"#)
            try reader.writeTarget(target, to: &output)
        }
    }

    private enum Severity: CaseIterable {
        case warn, error
    }

    private func severity() throws(SubmissionError) -> Severity {
        guard let value = value(.severity) else { return .error }
        guard let severity = value.word(Severity.self, { $0 == .warn ? "WARN" : "ERROR" }) else {
            throw value.mustBe(#""WARN" or "ERROR""#)
        }
        return severity
    }
}
