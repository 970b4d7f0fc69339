public import AssetlogCore

extension ReceiverPlugin {
    public static let openLineageReceiver = ReceiverPlugin(
        name: "openlineage", summary: "Skeleton.", stability: .development, keys: [],
        configure: { _ in ReceiverSetup(routes: [ReceiverRoute("/api/v1/lineage")], receiver: Skeleton()) })
}

struct Skeleton: Receiver {
    func read(_ element: ReceivedElement, found: [EventID: Event]) -> ReceivedReading { ReceivedReading() }
}
