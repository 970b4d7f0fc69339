// The endpoints' own order of judgement, and the details of their events.
extension ReportResolution {
    /// Checks and writes a materialization or an observation; returns its partition.
    mutating func writeAssetEvent(_ endpoint: ReportEndpoint) throws(ParameterError) -> TextSlice? {
        let metadata = try objectOrNull(try metadata(), refusal: .assetEvent)
        let partition: TextSlice?
        let description: TextSlice?
        if endpoint == .materialization {
            partition = try identifyingText(.partition, refusal: .assetEvent)
            description = try text(.description, refusal: .assetEvent)
        } else {
            description = try text(.description, refusal: .assetEvent)
            partition = try identifyingText(.partition, refusal: .assetEvent)
        }
        if let description { try refuseNUL(.description, description) }
        let dataVersion = try identifyingText(.dataVersion, refusal: .assetEvent)
        sources.metadata = source(of: .metadata)
        sources.partition = source(of: .partition)
        sources.description = source(of: .description)
        sources.dataVersion = source(of: .dataVersion)
        if extensions != nil {
            try writeExtended(endpoint, description: description, dataVersion: dataVersion, metadata: metadata)
            try writeUpstream()
            output.append(UInt8(ascii: "}"))
            return partition
        }

        output.append(UInt8(ascii: "{"))
        if let description {
            output.append(#""description":"#)
            output.appendString(bytes(description))
            output.append(UInt8(ascii: ","))
        }
        if let dataVersion {
            output.append(#""data_version":"#)
            output.appendString(bytes(dataVersion))
            output.append(#","tags":{"dagster/data_version":"#)
            output.appendString(bytes(dataVersion))
            output.append(#","dagster/data_version_is_user_provided":"true"}"#)
        } else {
            output.append(#""tags":{}"#)
        }
        writeMetadata(metadata, order: .asWritten)
        output.append(UInt8(ascii: "}"))
        return partition
    }

    /// Checks and writes a check; returns its partition.
    mutating func writeCheck() throws(ParameterError) -> TextSlice? {
        let passed = try readPassed()
        let readMetadata = try metadata()
        let severity = try readSeverity()
        let metadata = try objectOrNull(readMetadata, refusal: .check)
        guard let checkName = try identifyingText(.checkName, refusal: .check) else { throw Self.noCheckName }
        guard passed.kind == .true || passed.kind == .false else {
            throw Refusal.check.error(.passed, bytes(passed.text), kind: passed.kind)
        }
        let partition = try identifyingText(.partition, refusal: .check)
        sources.metadata = source(of: .metadata)
        sources.partition = source(of: .partition)
        sources.checkName = source(of: .checkName)
        sources.passed = source(of: .passed)
        sources.severity = source(of: .severity)

        if extensions != nil {
            let description = try text(.description, refusal: .check)
            if let description { try refuseNUL(.description, description) }
            sources.description = source(of: .description)
            try writeExtended(.check, description: description, dataVersion: nil, metadata: metadata)
        } else {
            output.append(UInt8(ascii: "{"))
            writeMetadata(metadata, order: .sorted)
        }
        output.append(#","check_name":"#)
        output.appendString(bytes(checkName))
        output.append(passed.kind == .true ? #","passed":true"# : #","passed":false"#)
        output.append(severity == .warn ? #","severity":"WARN""# : #","severity":"ERROR""#)
        if extensions != nil { try writeCheckExtensions() }
        output.append(UInt8(ascii: "}"))
        return partition
    }

    private enum Severity { case warn, error }

    private static let noCheckName = ParameterError(
        "Error constructing AssetCheckEvaluation: Param \"check_name\" is not a str. "
            + "Got None which is type <class 'NoneType'>.")

    private mutating func readPassed() throws(ParameterError) -> JSONSlice {
        if let field = fields[.passed] {
            return JSONSlice(text: TextSlice(buffer: .body, start: field.start, end: field.end), kind: field.kind)
        }
        guard let text = queryText(.passed) else { throw ParameterError("Missing required parameter 'passed'.") }
        do {
            return JSONSlice(text: text, kind: try JSONScanner.validate(bytes(text), mode: .lenient))
        } catch {
            throw ParameterError("Error parsing 'passed': \(error); it takes true or false.")
        }
    }

    private mutating func readSeverity() throws(ParameterError) -> Severity {
        if let field = fields[.severity], field.kind != .string, field.kind != .null {
            throw Self.unknownSeverity(PythonText.representation(value(field)))
        }
        guard let text = try text(.severity, refusal: .check) else { return .error }
        if ("WARN" as StaticString).matches(bytes(text)) { return .warn }
        if ("ERROR" as StaticString).matches(bytes(text)) { return .error }
        throw Self.unknownSeverity(PythonText.representation(string: bytes(text)))
    }

    private static func unknownSeverity(_ representation: String) -> ParameterError {
        ParameterError(
            "Error constructing AssetCheckEvaluation: \(representation) is not a valid AssetCheckSeverity")
    }

    @inline(__always)
    private func objectOrNull(_ metadata: JSONSlice?, refusal: Refusal) throws(ParameterError) -> TextSlice? {
        guard let metadata else { return nil }
        switch metadata.kind {
        case .object: return metadata.text
        case .null: return nil
        default: throw refusal.error(.metadata, bytes(metadata.text), kind: metadata.kind)
        }
    }

    private mutating func writeMetadata(_ metadata: TextSlice?, order: CanonicalWriter.Order) {
        if output.bytes.last != UInt8(ascii: "{") { output.append(UInt8(ascii: ",")) }
        output.append(#""metadata":"#)
        guard let metadata else { return output.append("{}") }
        let source = bytes(metadata)
        writer.writeMetadata(source, order: order, to: &output)
    }
}
