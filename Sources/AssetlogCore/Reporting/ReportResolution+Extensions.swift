// What Dagster ignores, when the resolver looks at it: read and written by the same code as a submission's fields.
extension ReportResolution {
    /// Reads when it happened.
    mutating func readTimestamp(limits: EventLimits, receivedAt: Timestamp?) throws(ParameterError) -> Timestamp? {
        sources.timestamp = source(of: .timestamp)
        let receivedAt = receivedAt ?? .now()
        do throws(SubmissionError) {
            guard fields[.timestamp] == nil, let text = queryText(.timestamp) else {
                guard let value = bodyValue(.timestamp) else { return nil }
                return try time(value, limits: limits, receivedAt: receivedAt)
            }
            // A number as it stands, anything else as a text.
            var quoted = ByteScratch(capacity: 64)
            quoted.appendString(bytes(text))
            let kind = (try? JSONScanner.validate(bytes(text))) ?? .null
            let isNumber = kind == .integer || kind == .float
            let value = isNumber ? bytes(text) : quoted.bytes
            return try time(
                FieldValue("timestamp", value, isNumber ? kind : .string), limits: limits, receivedAt: receivedAt)
        } catch {
            let hasPlus = fields[.timestamp] == nil && queryBytes.contains(UInt8(ascii: "+"))
            throw ParameterError(error.detail + (hasPlus ? " In a URL, + is written %2B." : ""))
        }
    }

    private mutating func time(
        _ value: FieldValue, limits: EventLimits, receivedAt: Timestamp
    ) throws(SubmissionError) -> Timestamp? {
        guard isTimestampApproximate else { return try reader.time(value, limits: limits, receivedAt: receivedAt) }
        return try reader.approximateTime(value, limits: limits, receivedAt: receivedAt)
    }

    /// Writes the details up to and with the metadata.
    mutating func writeExtended(
        _ endpoint: ReportEndpoint, description: TextSlice?, dataVersion: TextSlice?, metadata: TextSlice?
    ) throws(ParameterError) {
        if let dataVersion { reader.version.appendString(bytes(dataVersion)) }
        sources.tags = source(of: .tags)
        if let tags = try value(.tags) {
            do throws(SubmissionError) {
                try reader.readTags(tags, nameVersion: endpoint != .check)
            } catch {
                throw ParameterError(error.detail)
            }
        }
        output.append(UInt8(ascii: "{"))
        if let description {
            output.append(#""description":"#)
            output.appendString(bytes(description))
            output.append(UInt8(ascii: ","))
        }
        reader.writeVersionAndTags(of: endpoint.kind, to: &output)
        output.append(#""metadata":"#)
        guard let metadata else { return output.append("{}") }
        do throws(SubmissionError) {
            let value = FieldValue("metadata", bytes(metadata), .object)
            try reader.writer.writeTypedMetadata(value, order: endpoint == .check ? .sorted : .asWritten, to: &output)
        } catch {
            throw ParameterError(error.detail)
        }
    }

    /// Writes what only checks have.
    mutating func writeCheckExtensions() throws(ParameterError) {
        sources.blocking = source(of: .blocking)
        sources.target = source(of: .target)
        if let blocking = try value(.blocking) {
            do throws(SubmissionError) {
                output.append(try blocking.flag() ? #","blocking":true"# : #","blocking":false"#)
            } catch {
                throw ParameterError(error.detail)
            }
        }
        if let target = try value(.target) {
            output.append(#","target":"#)
            do throws(SubmissionError) {
                try reader.writeTarget(target, to: &output)
            } catch {
                throw ParameterError(error.detail)
            }
        }
    }

    /// Writes what checks do not have.
    mutating func writeUpstream() throws(ParameterError) {
        sources.upstream = source(of: .upstream)
        guard let upstream = try value(.upstream) else { return }
        do throws(SubmissionError) {
            try reader.writeUpstream(upstream, to: &output)
        } catch {
            throw ParameterError(error.detail)
        }
    }

    private func bodyValue(_ parameter: Parameter) -> FieldValue? {
        guard let field = fields[parameter], field.kind != .null else { return nil }
        return FieldValue(Self.name(parameter), value(field), field.kind)
    }

    // The value of a parameter that is JSON in the query too; nil when it is absent or null. Valid until more is
    // decoded.
    private mutating func value(_ parameter: Parameter) throws(ParameterError) -> FieldValue? {
        guard fields[parameter] == nil, let text = queryText(parameter) else { return bodyValue(parameter) }
        do throws(JSONError) {
            var json = bytes(text)
            let kind = try JSONScanner.validate(json, mode: .lenient)
            while let first = json.first, first.isJSONBlank {
                json = UnsafeRawBufferPointer(rebasing: json.dropFirst())
            }
            return kind == .null ? nil : FieldValue(Self.name(parameter), json, kind)
        } catch {
            throw ParameterError("\(parameter.name) in the query is not valid JSON: \(error).")
        }
    }

    private static func name(_ parameter: Parameter) -> StaticString {
        switch parameter {
        case .tags: "tags"
        case .blocking: "blocking"
        case .target: "target"
        case .upstream: "upstream"
        default: "timestamp"
        }
    }
}
