import AssetlogAccess
import AssetlogCore
import AssetlogWeb
import HummingbirdCore

/// What a write would record, as the answer to `dry_run=true` shows it.
struct DryRunResult {
    var event: Event
    /// Where the value of each parameter came from.
    var sources: [(name: String, source: String)]
    /// What the sender may not have meant.
    var warnings: [String]

    /// The answer.
    var response: Response {
        Response(type: "application/json", bytes: [UInt8(ascii: "{")] + members() + [UInt8(ascii: "}")])
    }

    /// The members of the answer, without the braces around them.
    func members() -> [UInt8] {
        var bytes = Array("\"event\":{\"sequence\":null".utf8)
        var read: [UInt8] = []
        EventJSON.append(LoggedEvent(sequence: 0, event: event), to: &read)
        bytes += read.dropFirst("{\"sequence\":0".utf8.count)
        bytes += ",\"sources\":{".utf8
        for (index, entry) in sources.enumerated() {
            bytes += "\(index > 0 ? "," : "")\"\(entry.name)\":\"\(entry.source)\"".utf8
        }
        bytes += "},\"warnings\":[".utf8
        for (index, warning) in warnings.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            CanonicalJSON.appendString(warning.utf8, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }
}

/// Finds assets whose key differs from another only by the case of its letters, among those that the caller may read.
struct SimilarKeys: Sendable {
    // Looked for among the last events only: it is a hint, and must not cost more the longer the log is.
    private static let pages = 10
    private static let events = 1_000

    let storage: any Storage
    let reads: EventReads

    /// A sentence about the key, when it looks like a slip; nil: it does not, the asset is known, or the caller may not read.
    func warning(about key: AssetKey, in deployment: String, for identity: RequestIdentity) async throws -> String? {
        guard identity.caller.allows(.read, deployment: deployment) else { return nil }
        return try await reads.read(upTo: Self.events, for: LimitedCaller(identity)) {
            try await find(key, deployment, VisibleEvents(storage: storage, caller: identity.caller))
        }
    }

    private func find(_ key: AssetKey, _ deployment: String, _ visible: VisibleEvents) async throws -> String? {
        let known = try await reads.page(
            EventQuery(order: .descending(before: nil), limit: 1, deployment: deployment, assetKey: key), of: visible)
        guard known.events.isEmpty else { return nil }
        let folded = key.canonical.lowercased()
        var query = EventQuery(order: .descending(before: nil), limit: Self.events, deployment: deployment)
        query.maximumSkipped = Self.events
        for _ in 0..<Self.pages {
            let page = try await reads.page(query, of: visible)
            for event in page.events where event.assetKey.canonical.lowercased() == folded {
                return "No event has the asset key \(key) yet, but \(event.assetKey) differs only in case."
            }
            guard let next = page.continuation else { break }
            query.order = next
        }
        return nil
    }
}
