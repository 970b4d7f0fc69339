/// One report on its way from bytes to an event: the parts of Dagster's handlers, in their order.
struct ReportResolution: ~Copyable {
    let levels = LevelScratch()
    let fields: ParameterTable<BodyField>
    let query: ParameterTable<QueryField>
    /// The limits of what Dagster ignores; nil: it is ignored here too.
    let extensions: EventLimits?
    var body = UnsafeRawBufferPointer(start: nil, count: 0)
    var queryBytes = UnsafeRawBufferPointer(start: nil, count: 0)
    // What was decoded from escapes and percent signs.
    var scratch = ByteScratch()
    // The asset key and then the details, in canonical form.
    var output = ByteScratch()
    var writer = CanonicalWriter()
    var sources = ParameterSources()
    var reader = FieldReader()
    var timestamp: Timestamp?
    // Whether a timestamp is looked at even without extensions.
    private(set) var isTimestampApproximate = false
    var notes: ReportNotes?
    private var keyEnd = 0

    init(extensions: EventLimits?) {
        self.extensions = extensions
        fields = ParameterTable(extensions: extensions != nil)
        query = ParameterTable(extensions: extensions != nil)
    }

    /// The asset key's canonical JSON, once ``begin(_:)`` has returned.
    var assetKey: UnsafeRawBufferPointer { output.bytes(in: 0..<keyEnd) }

    /// Checks what comes before the permission: the content type, the body and the asset key.
    mutating func begin(_ request: ReportRequest) throws(ParameterError) {
        scratch.removeAll()
        output.removeAll()
        fields.removeAll()
        query.removeAll()
        sources = ParameterSources()
        timestamp = nil
        isTimestampApproximate = request.isTimestampApproximate
        if extensions != nil || isTimestampApproximate { reader.begin() }
        notes = request.takesNotes ? ReportNotes() : nil
        body = UnsafeRawBufferPointer(start: nil, count: 0)
        if let contentType = request.contentType {
            guard ContentType.isJSON(contentType) else { throw ContentType.refusal(contentType) }
            body = request.body
            // Generated clients send the type of a body that they do not have: with nothing, or with null.
            if !body.isEmpty { try readBody() }
        }
        queryBytes = request.query ?? UnsafeRawBufferPointer(start: nil, count: 0)
        if !queryBytes.isEmpty { readQuery() }
        try writeKey(request)
        if notes != nil { noteKeys() }
        keyEnd = output.count
    }

    /// Checks the endpoint's own parameters.
    mutating func finish(_ request: ReportRequest) throws(ParameterError) -> ResolvedReport {
        let partition: TextSlice?
        switch request.endpoint {
        case .materialization, .observation: partition = try writeAssetEvent(request.endpoint)
        case .check: partition = try writeCheck()
        }
        if extensions != nil || isTimestampApproximate {
            timestamp = try readTimestamp(limits: extensions ?? EventLimits(), receivedAt: request.receivedAt)
        }
        let notes = notes == nil ? [] : takenNotes(request)
        var report = ResolvedReport(
            kind: request.endpoint.kind, assetKey: assetKey, partition: partition.map { bytes($0) },
            details: output.bytes(in: keyEnd..<output.count), timestamp: timestamp, sources: sources, notes: notes)
        report.isTimestampApproximate = isTimestampApproximate
        return report
    }

    private mutating func readBody() throws(ParameterError) {
        var scanner = JSONScanner(body, mode: .strict, levels: levels.base)
        guard try readFields(&scanner) else {
            guard let fault = scanner.fault else { throw ParameterError("The body is not valid JSON.") }
            throw ParameterError("The body is not valid JSON: \(fault.error(in: body)).")
        }
    }

    // False after a fault. The values of known names are kept as ranges; of a duplicate name the last one counts.
    private mutating func readFields(_ scanner: inout JSONScanner) throws(ParameterError) -> Bool {
        scanner.skipByteOrderMark()
        scanner.skipBlanks()
        guard scanner.next == UInt8(ascii: "{") else {
            guard let kind = scanner.value(depth: 0), scanner.atEnd() else { return false }
            if kind == .null { return true }
            throw ParameterError("The body must be a JSON object, not \(kind.phrase).")
        }
        return scanner.members { member in
            if let parameter = bodyName(member) {
                fields[parameter] = member.value
            } else if notes != nil {
                noteName(UnsafeRawBufferPointer(rebasing: body[member.name]), in: .body)
            }
        }
    }

    @inline(__always)
    private mutating func bodyName(_ member: JSONScanner.Member) -> Parameter? {
        let name = UnsafeRawBufferPointer(rebasing: body[member.name])
        return member.isNameEscaped ? escapedName(name) : parameter(name)
    }

    @inline(__always)
    private func parameter(_ name: UnsafeRawBufferPointer) -> Parameter? {
        if let parameter = Parameter(name) { return parameter }
        guard extensions == nil else { return Parameter(extension: name) }
        return isTimestampApproximate && (Parameter.timestamp.name.utf8.elementsEqual(name)) ? .timestamp : nil
    }

    private mutating func escapedName(_ name: UnsafeRawBufferPointer) -> Parameter? {
        let start = scratch.count
        scratch.appendUnescaped(name)
        let parameter = parameter(scratch.bytes(in: start..<scratch.count))
        scratch.truncate(to: start)
        return parameter
    }

    // Pairs are separated by `&`, and of a duplicate name the last one counts.
    private mutating func readQuery() {
        var start = 0
        while start <= queryBytes.count {
            let end = queryBytes[start...].firstIndex(of: UInt8(ascii: "&")) ?? queryBytes.count
            let equals = queryBytes[start..<end].firstIndex(of: UInt8(ascii: "=")) ?? end
            if let parameter = queryName(start..<equals) {
                query[parameter] = QueryField(start: min(equals + 1, end), end: end)
            } else if notes != nil, equals > start {
                noteName(UnsafeRawBufferPointer(rebasing: queryBytes[start..<equals]), in: .query)
            }
            start = end + 1
        }
    }

    private mutating func queryName(_ range: Range<Int>) -> Parameter? {
        let name = UnsafeRawBufferPointer(rebasing: queryBytes[range])
        guard name.contains(UInt8(ascii: "%")) else { return parameter(name) }
        let start = scratch.count
        PercentDecoding.append(name, plusIsSpace: true, to: &scratch)
        let parameter = parameter(scratch.bytes(in: start..<scratch.count))
        scratch.truncate(to: start)
        return parameter
    }
}
