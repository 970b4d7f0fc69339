import AssetlogCore
import AssetlogTesting

/// A storage of an older time: it does not know the filters that are looked for in each event.
struct ForgetfulStorage: ForwardingStorage {
    let inner: any Storage

    func events(_ query: EventQuery) async throws -> EventPage {
        var known = query
        known.filter = EventFilter(
            deployment: query.deployment, assetKey: query.assetKey, kinds: query.kinds, from: query.from, to: query.to)
        return try await inner.events(known)
    }
}
