public import AssetlogCore

extension ReceiverPlugin {
    public static let dbtReceiver = ReceiverPlugin(
        name: "dbt", summary: "Skeleton.", stability: .development, keys: [],
        configure: { _ in ReceiverSetup(routes: [ReceiverRoute("/api/v1/dbt")], receiver: Skeleton()) })
}

struct Skeleton: Receiver {
    func read(_ element: ReceivedElement, found: [EventID: Event]) -> ReceivedReading { ReceivedReading() }
}
