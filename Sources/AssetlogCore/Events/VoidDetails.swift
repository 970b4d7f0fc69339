/// What the details of an event of the kind ``EventKind/void`` say: `{"voids": "<event ID>", "reason": "…"}`.
///
/// The asset and the partition of a void are those of the event that it voids, and its identity is that event's
/// ``EventID/voidID``.
public struct VoidDetails: Hashable, Sendable {
    /// The identity of the event that is void, in the same deployment.
    public var voids: EventID
    /// Why, in the administrator's words.
    public var reason: String

    /// Makes details.
    public init(voids: EventID, reason: String) {
        self.voids = voids
        self.reason = reason
    }

    /// Reads the details of a void; nil for any other bytes.
    public init?(_ details: [UInt8]) {
        guard let text = DetailText.string("voids", in: details), let voids = EventID(text) else { return nil }
        self.init(voids: voids, reason: DetailText.string("reason", in: details) ?? "")
    }

    /// The details as canonical JSON.
    public var json: [UInt8] {
        var output = Array(#"{"voids":"#.utf8)
        CanonicalJSON.appendString(voids.description.utf8, to: &output)
        DetailText.appendReason(reason, to: &output)
        return output
    }
}

/// What the details of an event of the kind ``EventKind/wipe`` say: `{"partitions": ["…"], "reason": "…"}`.
///
/// A wipe covers the events of its asset whose sequences are lower than its own: all of them, or those of the named
/// partitions. It has no partition itself.
public struct WipeDetails: Hashable, Sendable {
    /// The partitions that are wiped, at least one; nil: the asset with all of them.
    public var partitions: [String]?
    /// Why, in the administrator's words.
    public var reason: String

    /// Makes details.
    public init(partitions: [String]? = nil, reason: String) {
        self.partitions = partitions
        self.reason = reason
    }

    /// Reads the details of a wipe; nil for any other bytes.
    ///
    /// Partitions that can't be read make it nil: they must not become the whole asset.
    public init?(_ details: [UInt8]) {
        guard let reason = DetailText.string("reason", in: details) else { return nil }
        var partitions: [String]?
        if let json = DetailMembers.value(of: "partitions", in: details) {
            guard let read = CanonicalJSON.strings(inArray: json), !read.isEmpty else { return nil }
            partitions = read
        }
        self.init(partitions: partitions, reason: reason)
    }

    /// The details as canonical JSON.
    public var json: [UInt8] {
        var output: [UInt8] = [UInt8(ascii: "{")]
        if let partitions {
            output.append(contentsOf: #""partitions":"#.utf8)
            output.append(contentsOf: CanonicalJSON.array(of: partitions).utf8)
        }
        DetailText.appendReason(reason, to: &output)
        return output
    }

    /// Whether the wipe covers an event of its asset, but for the order of the two in the log.
    public func covers(partition: String?) -> Bool {
        guard let partitions else { return true }
        // Swift's texts are equal when they only look alike; partitions differ when their bytes do.
        guard let partition else { return false }
        return partitions.contains { $0.utf8.elementsEqual(partition.utf8) }
    }
}

// The members that both have.
private enum DetailText {
    /// The text of a member; nil when there is none, or it is no string.
    static func string(_ name: String, in details: [UInt8]) -> String? {
        guard let json = DetailMembers.value(of: name, in: details), json.first == UInt8(ascii: "\"") else { return nil }
        return CanonicalJSON.strings(inArray: [UInt8(ascii: "[")] + json + [UInt8(ascii: "]")])?.first
    }

    /// Appends the reason as the last member, and ends the object.
    static func appendReason(_ reason: String, to output: inout [UInt8]) {
        output.append(contentsOf: (output.count > 1 ? #","reason":"# : #""reason":"#).utf8)
        CanonicalJSON.appendString(reason.utf8, to: &output)
        output.append(UInt8(ascii: "}"))
    }
}
