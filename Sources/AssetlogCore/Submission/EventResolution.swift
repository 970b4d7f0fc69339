/// One item on its way from bytes to events.
struct EventResolution: ~Copyable {
    let limits: EventLimits
    private let levels = LevelScratch()
    private var names = ByteScratch(capacity: 64)
    private var deploymentName = ByteScratch(capacity: 64)
    private var item = UnsafeRawBufferPointer(start: nil, count: 0)
    var fields = SubmissionFields()
    var reader = FieldReader()
    // The asset key and then the details, in canonical form.
    var output = ByteScratch()
    var partitions = PartitionKeys()
    private(set) var kind = EventKind.materialization
    private var keyEnd = 0

    init(limits: EventLimits) {
        self.limits = limits
    }

    /// The asset key's canonical JSON, once ``begin(_:deployment:)`` has returned.
    @inline(__always)
    var assetKey: UnsafeRawBufferPointer { output.bytes(in: 0..<keyEnd) }

    /// The value of a field; nil when it is absent or null.
    // Not a call: the compiler would copy the whole resolution for it, to borrow it.
    @inline(__always)
    func value(_ field: SubmissionField) -> FieldValue? {
        guard let value = fields[field] else { return nil }
        // What is not escaped in strict JSON is no control character either.
        return FieldValue(
            field.name, UnsafeRawBufferPointer(rebasing: item[value.start..<value.end]), value.kind,
            isPlain: value.kind == .string && !value.escaped)
    }

    /// Checks what comes before the permission: the JSON, the names, the deployment, the kind and the asset key.
    mutating func begin(_ item: UnsafeRawBufferPointer, deployment: String) throws(SubmissionError) {
        var name = deployment
        deploymentName.removeAll()
        name.withUTF8 { deploymentName.append(UnsafeRawBufferPointer($0)) }
        fields.removeAll()
        reader.begin()
        output.removeAll()
        partitions.removeAll()
        self.item = item
        guard item.count <= limits.maximumItemBytes else {
            throw SubmissionError(
                status: 413, pointer: "",
                "The item has \(item.count) bytes; at most \(limits.maximumItemBytes) are accepted. Store large values "
                    + "elsewhere and send their address.")
        }
        try readFields()
        if let value = value(.deployment) { try checkDeployment(value) }
        kind = try readKind()
        try writeKey()
        keyEnd = output.count
    }

    private mutating func readFields() throws(SubmissionError) {
        // A metadata value that is read back stands one level deeper than where it came from.
        var scanner = JSONScanner(
            item, mode: .strict, levels: levels.base, depthLimit: JSONScanner.maximumDepth + 1)
        scanner.skipByteOrderMark()
        scanner.skipBlanks()
        guard scanner.next == UInt8(ascii: "{") else {
            guard let kind = scanner.value(depth: 0), scanner.atEnd() else { throw invalid(scanner) }
            throw SubmissionError(pointer: "", "An event is a JSON object, not \(kind.phrase).")
        }
        var unknown: Range<Int>?
        let isValid = scanner.members { member in
            if let field = field(member) {
                fields.set(field, member.value)
            } else if unknown == nil {
                unknown = member.name
            }
        }
        guard isValid else { throw invalid(scanner) }
        if let unknown { throw SubmissionField.unknown(decodedName(unknown)) }
    }

    private func invalid(_ scanner: borrowing JSONScanner) -> SubmissionError {
        guard let fault = scanner.fault else { return SubmissionError(pointer: "", "The item is not valid JSON.") }
        return SubmissionError(pointer: "", "The item is not valid JSON: \(fault.error(in: item)).")
    }

    @inline(__always)
    private mutating func field(_ member: JSONScanner.Member) -> SubmissionField? {
        let name = UnsafeRawBufferPointer(rebasing: item[member.name])
        guard member.isNameEscaped else { return SubmissionField(name) }
        names.removeAll()
        names.appendUnescaped(name)
        return SubmissionField(names.bytes)
    }

    private mutating func decodedName(_ range: Range<Int>) -> String {
        names.removeAll()
        names.appendUnescaped(UnsafeRawBufferPointer(rebasing: item[range]))
        return String(decoding: names.bytes, as: UTF8.self)
    }

    private mutating func checkDeployment(_ value: FieldValue) throws(SubmissionError) {
        guard value.kind != .string || !reader.unescaped(value).elementsEqual(deploymentName.bytes) else { return }
        let name = Quoted.text(String(decoding: deploymentName.bytes, as: UTF8.self))
        let shown = Quoted.value(value.json, value.kind)
        throw value.refused("is \(name) on this route, not \(shown); leave it out, or send the event to its own route.")
    }

    private mutating func readKind() throws(SubmissionError) -> EventKind {
        let value = value(.kind)
        if let value, value.kind == .string, let kind = EventKind(utf8: reader.unescaped(value)) {
            guard kind.isReportable else { throw value.refused(kind.routeInstead) }
            return kind
        }
        let names = EventKind.reportable.map(\.name)
        guard let value else { throw SubmissionError("kind", "", "is missing; send \(WordList.text(names, "or")).") }
        let guess =
            value.kind == .string ? Quoted.guess(JSONValue(value.json).text, among: names).map { " " + $0 } : nil
        throw value.refused("must be \(WordList.text(names, "or")), not \(Quoted.value(value.json, value.kind)).\(guess ?? "")")
    }

    // A string is one part, never split; an array has a part per string.
    private mutating func writeKey() throws(SubmissionError) {
        guard let value = value(.assetKey) else {
            throw SubmissionError("asset_key", "", "is missing; send the asset's name, or an array of its parts.")
        }
        var key = CanonicalKey(&output)
        switch value.kind {
        case .string: key.append(reader.unescaped(value), to: &output)
        case .array:
            var elements = JSONElements(value.json)
            var index = 0
            while let element = elements.next() {
                guard element.kind == .string else {
                    let shown = Quoted.value(element.json, element.kind)
                    throw value.refused("must be an array of strings; one element is \(shown).", at: "/\(index)")
                }
                key.append(reader.unescaped(element.json), to: &output)
                index += 1
            }
        default: throw value.mustBe("a string or an array of strings")
        }
        key.end(&output)
        if let problem = key.problem { throw value.refused(problem) }
    }

    /// Checks everything else.
    mutating func finish(receivedAt: Timestamp, _ isTimestampApproximate: Bool) throws(SubmissionError) -> ResolvedEvents {
        let foreign = fields.present.intersection(.foreign(to: kind))
        if !foreign.isEmpty, let first = foreign.fields.first { throw first.misplaced(in: kind) }
        let id = try value(.eventID).map { value throws(SubmissionError) in try reader.identity(value) }
        let timestamp = try value(.timestamp).flatMap { value throws(SubmissionError) in
            isTimestampApproximate
                ? try reader.approximateTime(value, limits: limits, receivedAt: receivedAt)
                : try reader.time(value, limits: limits, receivedAt: receivedAt)
        }
        try readPartitions()
        try writeDetails()
        let details = output.bytes(in: keyEnd..<output.count)
        try checkExpansion(bytes: assetKey.count + details.count + deploymentName.count)
        return ResolvedEvents(
            kind: kind, deployment: deploymentName.bytes, assetKey: assetKey, details: details, eventID: id,
            timestamp: timestamp, isTimestampApproximate: isTimestampApproximate, receivedAt: receivedAt, partitions: partitions.keys,
            fields: fields.present)
    }

    private mutating func readPartitions() throws(SubmissionError) {
        switch (value(.partition), value(.partitions)) {
        case (nil, nil): break
        case (let one?, nil): try partitions.readOne(one, reader: &reader)
        case (nil, let many?): try partitions.readMany(many, limit: limits.maximumPartitions, reader: &reader)
        case (_?, let many?): throw many.refused("can't be combined with partition; send one of them.")
        }
    }

    private func checkExpansion(bytes: Int) throws(SubmissionError) {
        guard partitions.count > 1 else { return }
        let expanded = partitions.count * bytes + partitions.byteCount
        guard expanded <= limits.maximumExpandedBytes else {
            throw SubmissionError(
                status: 413, pointer: "/partitions",
                "The item would become \(partitions.count) events of \(expanded) bytes in total; at most "
                    + "\(limits.maximumExpandedBytes) are accepted. Send fewer partitions at once.")
        }
    }
}

extension EventKind {
    /// What to do instead of submitting an event of this kind, to follow the name of the field.
    fileprivate var routeInstead: String {
        self == .void
            ? "can't be void: with the right admin, POST /api/v1/events/{event_id}/void voids an event."
            : "can't be wipe: with the right admin, POST /api/v1/asset/wipe wipes an asset."
    }
}
