public import AssetlogCore

extension ReceiverPlugin {
    public static let cloudEventsReceiver = ReceiverPlugin(
        name: "cloudevents", summary: "Skeleton.", stability: .development, keys: [],
        configure: { _ in ReceiverSetup(routes: [ReceiverRoute("/api/v1/cloudevents")], receiver: Skeleton()) })
}

struct Skeleton: Receiver {
    func read(_ element: ReceivedElement, found: [EventID: Event]) -> ReceivedReading { ReceivedReading() }
}
