import AssetlogAccess
import AssetlogCore
import AssetlogWeb

/// What is asked for in the body of a void.
struct VoidRequest {
    /// The members of the body.
    static let members = ["reason"]

    let reason: String

    /// Reads the members of a body.
    ///
    /// - Throws: ``RequestError`` with the status 400.
    init(_ body: [String: FlatValue]) throws(RequestError) {
        reason = try CorrectionReason(body["reason"]).text
    }

    /// Takes a reason that was given in a form.
    ///
    /// - Throws: ``RequestError`` with the status 400.
    init(reason text: String) throws(RequestError) {
        reason = try CorrectionReason(.text(text)).text
    }

    /// The event that voids another one.
    func event(voiding event: LoggedEvent, by caller: Caller, at time: Timestamp) -> Event {
        Event(
            id: event.id.voidID, deployment: event.deployment, kind: .void, assetKey: event.assetKey, partition: event.partition,
            timestamp: time, receivedAt: time, reportedBy: caller.name, details: VoidDetails(voids: event.id, reason: reason).json)
    }
}

/// What is asked for in the body of a wipe.
struct WipeRequest {
    /// The members of the body.
    static let members = ["asset_key", "asset", "partitions", "reason"]
    /// The most partitions of one wipe.
    static let maximumPartitions = 10_000

    let assetKey: AssetKey
    /// The partitions, each once; nil: the whole asset.
    let partitions: [String]?
    let reason: String

    /// Reads the members of a body.
    ///
    /// - Throws: ``RequestError`` with the status 400.
    init(_ body: [String: FlatValue]) throws(RequestError) {
        assetKey = try Self.assetKey(body["asset_key"] ?? .null, path: body["asset"] ?? .null)
        partitions = try Self.partitions(body["partitions"] ?? .null)
        reason = try CorrectionReason(body["reason"]).text
    }

    /// Takes what was given in a form.
    ///
    /// - Throws: ``RequestError`` with the status 400.
    init(_ key: AssetKey, partition: String?, reason text: String) throws(RequestError) {
        assetKey = key
        partitions = partition.map { [$0] }
        reason = try CorrectionReason(.text(text)).text
    }

    private static func assetKey(_ key: FlatValue, path: FlatValue) throws(RequestError) -> AssetKey {
        let parts: [String]
        switch (key, path) {
        case (.texts(let texts), .null): parts = texts
        // One part, never split, as in an event that is submitted.
        case (.text(let text), .null): parts = [text]
        case (.null, .text(let text)) where !text.isEmpty:
            parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
                String(decoding: $0, as: UTF8.self)
            }
        default:
            throw .badBody(
                #"The body must name the asset: {"asset_key": ["warehouse", "orders"]}, or {"asset": "warehouse/orders"}, which is split"#
                    + " at every slash.")
        }
        guard parts.reduce(0, { $0 + $1.utf8.count }) <= EventFilter.maximumTextLength, !parts.contains(where: { $0.utf8.contains(0) })
        else { throw .badBody("No asset has such a key: it may have \(EventFilter.maximumTextLength) bytes of UTF-8, and no NUL.") }
        return AssetKey(parts)
    }

    private static func partitions(_ value: FlatValue) throws(RequestError) -> [String]? {
        switch value {
        case .null: return nil
        case .texts(let texts) where texts.count <= maximumPartitions:
            guard texts.allSatisfy({ $0.utf8.count <= EventFilter.maximumTextLength && !$0.utf8.contains(0) }) else {
                throw .badBody("No partition has over \(EventFilter.maximumTextLength) bytes of UTF-8, or NUL.")
            }
            var known: Set<[UInt8]> = []
            return texts.filter { known.insert(Array($0.utf8)).inserted }
        default:
            throw .badBody(
                "The member partitions must be a list of 1 to \(maximumPartitions) strings; leave it out to wipe the whole asset.")
        }
    }

    /// The event that wipes the asset.
    func event(in deployment: String, by caller: Caller, at time: Timestamp) -> Event {
        var identities = EventIDGenerator()
        return Event(
            id: identities.next(at: time), deployment: deployment, kind: .wipe, assetKey: assetKey, timestamp: time, receivedAt: time,
            reportedBy: caller.name, details: WipeDetails(partitions: partitions, reason: reason).json)
    }
}

/// Why something counts no more, for those who read the log.
struct CorrectionReason {
    /// The bytes that it may have.
    static let bytes = 1...1024

    let text: String

    /// Reads a member of a body.
    ///
    /// - Throws: ``RequestError`` with the status 400.
    init(_ value: FlatValue?) throws(RequestError) {
        guard case .text(let text) = value, Self.bytes.contains(text.utf8.count), !text.utf8.contains(0) else {
            throw .badBody(
                "The member reason must say why, in a string of 1 to \(Self.bytes.upperBound) bytes without NUL: {\"reason\": \"…\"}.")
        }
        self.text = text
    }
}
