#if Webhook
import AssetlogCore
import AssetlogDelivery

/// A request without its destination: what a format makes of events.
struct WebhookMessage: Sendable {
    var headers: [OutboundRequest.Header]
    var body: [UInt8]

    init(contentType: String, headers: [OutboundRequest.Header] = [], body: [UInt8]) {
        self.headers = [.init("Content-Type", contentType), .init("User-Agent", "Assetlog")] + headers
        self.body = body
    }
}

/// The names of what happened, in the words of every format: `asset.materialization`, `asset.check.evaluation`.
enum EventTypeName {
    /// The name of what an event says.
    static func name(of kind: EventKind) -> String {
        kind == .check ? "asset.check.evaluation" : "asset." + kind.name.replacing("_", with: ".")
    }

    /// The name of a delivery that was made up to try a destination.
    static let test = "test"
}
#endif
