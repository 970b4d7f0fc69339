/// An event as the JSON object that readers get.
public enum EventJSON {
    // The members that `details` may hold, in the order in which they are written around the columns.
    private enum Detail: Int, CaseIterable {
        case description, dataVersion, tags, metadata, checkName, passed, severity, blocking, target, failure, upstream
        // Of voids and wipes.
        case voids, partitions, reason

        init?(_ name: UnsafeRawBufferPointer) {
            guard let known = Self.allCases.first(where: { $0.name.matches(name) }) else { return nil }
            self = known
        }

        var name: StaticString {
            switch self {
            case .description: "description"
            case .dataVersion: "data_version"
            case .tags: "tags"
            case .metadata: "metadata"
            case .checkName: "check_name"
            case .passed: "passed"
            case .severity: "severity"
            case .blocking: "blocking"
            case .target: "target"
            case .failure: "failure"
            case .upstream: "upstream"
            case .voids: "voids"
            case .partitions: "partitions"
            case .reason: "reason"
            }
        }

        /// What is written when the event does not have it; nil: nothing.
        var missing: StaticString? {
            switch self {
            case .tags, .metadata: "{}"
            case .blocking, .target, .failure, .upstream, .voids, .partitions, .reason: nil
            default: "null"
            }
        }
    }

    /// Appends the object, in which every field of every kind of event stands but for `blocking`, `target`, `failure`,
    /// `upstream` and those of voids and wipes, which stand there when the event has them: `sequence` first, then the
    /// columns and details in a fixed order, then `voided` when the event is, then details that this version does not know.
    ///
    /// NaN and infinities become the texts "NaN", "Infinity" and "-Infinity", which every JSON reader takes.
    /// - Parameter voiding: How the event was voided; nil: it was not.
    public static func append(_ logged: LoggedEvent, voiding: Voiding? = nil, to output: inout [UInt8]) {
        let event = logged.event
        output.reserveCapacity(output.count + event.details.count + event.assetKey.canonical.utf8.count + 512)
        output.append(#"{"sequence":"#)
        output.append(contentsOf: String(logged.sequence).utf8)
        output.append(#","event_id":""#)
        output.append(contentsOf: event.id.description.utf8)
        output.append(#"","deployment":"#)
        CanonicalJSON.appendString(event.deployment.utf8, to: &output)
        output.append(#","kind":""#)
        output.append(contentsOf: event.kind.name.utf8)
        output.append(#"","asset_key":"#)
        output.append(contentsOf: event.assetKey.canonical.utf8)
        output.append(#","partition":"#)
        appendText(event.partition, to: &output)
        event.details.withUnsafeBytes { details in
            let members = Members(details)
            for detail in Detail.allCases {
                let value = members.known[detail.rawValue]
                guard value != nil || detail.missing != nil else { continue }
                output.append(",\"")
                output.append(detail.name)
                output.append("\":")
                if let value { appendReadable(value, to: &output) }
                if value == nil, let missing = detail.missing { output.append(missing) }
            }
            output.append(#","timestamp":""#)
            output.append(contentsOf: event.timestamp.description.utf8)
            output.append(#"","received_at":""#)
            output.append(contentsOf: event.receivedAt.description.utf8)
            output.append(#"","reported_by":"#)
            appendText(event.reportedBy, to: &output)
            if let voiding { append(voiding, to: &output) }
            for member in members.unknown {
                output.append(",")
                appendReadable(member, to: &output)
            }
        }
        output.append("}")
    }

    private static func append(_ voiding: Voiding, to output: inout [UInt8]) {
        output.append(#","voided":{"event_id":""#)
        output.append(contentsOf: voiding.id.description.utf8)
        output.append(#"","by":"#)
        appendText(voiding.by, to: &output)
        output.append(#","reason":"#)
        CanonicalJSON.appendString(voiding.reason.utf8, to: &output)
        output.append(#","timestamp":""#)
        output.append(contentsOf: voiding.timestamp.description.utf8)
        output.append(#""}"#)
    }

    private static func appendText(_ text: String?, to output: inout [UInt8]) {
        guard let text else { return output.append("null") }
        CanonicalJSON.appendString(text.utf8, to: &output)
    }

    // Copies canonical JSON; words that only Python reads become strings.
    private static func appendReadable(_ json: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        var cursor = JSONCursor(json)
        var copied = 0
        while !cursor.isAtEnd {
            switch cursor.next {
            case UInt8(ascii: "\""): _ = cursor.string()
            case UInt8(ascii: "N"), UInt8(ascii: "I"):
                let isNegative = cursor.position > copied && json[cursor.position - 1] == UInt8(ascii: "-")
                let start = cursor.position - (isNegative ? 1 : 0)
                output.append(contentsOf: json[copied..<start])
                _ = cursor.scalar()
                output.append("\"")
                output.append(contentsOf: json[start..<cursor.position])
                output.append("\"")
                copied = cursor.position
            default: cursor.position += 1
            }
        }
        output.append(contentsOf: json[copied...])
    }

    private struct Members {
        var known = [UnsafeRawBufferPointer?](repeating: nil, count: Detail.allCases.count)
        var unknown: [UnsafeRawBufferPointer] = []

        // Details that are not a JSON object, from a damaged storage, have no members.
        init(_ details: UnsafeRawBufferPointer) {
            let depth = JSONScanner.maximumStoredDepth
            guard (try? JSONScanner.validate(details, depth: depth)) == .object else { return }
            var cursor = JSONCursor(details)
            cursor.skipBlanks()
            cursor.position += 1
            cursor.skipBlanks()
            while cursor.next == UInt8(ascii: "\"") {
                let start = cursor.position
                let name = cursor.string()
                cursor.skipBlanks()
                cursor.position += 1
                cursor.skipBlanks()
                let value = cursor.value()
                if let detail = Detail(name) {
                    known[detail.rawValue] = value
                } else {
                    unknown.append(UnsafeRawBufferPointer(rebasing: details[start..<cursor.position]))
                }
                cursor.skipBlanks()
                if cursor.next == UInt8(ascii: ",") { cursor.position += 1 }
                cursor.skipBlanks()
            }
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
