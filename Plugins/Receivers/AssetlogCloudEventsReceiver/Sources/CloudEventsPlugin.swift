#if CloudEventsReceiver
public import AssetlogCore

extension ReceiverPlugin {
    /// Takes CloudEvents: those of another Assetlog, and by mappings those of others.
    ///
    /// - `mappings` (list, default none): What becomes of the events of others, a text for each kind of event.
    public static let cloudEventsReceiver = ReceiverPlugin(
        name: "cloudevents",
        summary: "Takes CloudEvents: those of another Assetlog, and by mappings those of others.",
        stability: .beta,
        keys: [mappings],
        configure: { configuration in
            let mappings = try configuration[mappings].enumerated().map { index, text in
                do throws(MappingProblem) {
                    return try EventMapping(text)
                } catch {
                    throw configuration.error(
                        Self.mappings, "has a mistake in mapping \(index + 1): \(error.sentence)")
                }
            }
            return ReceiverSetup(routes: [route], receiver: CloudEventsReceiver(mappings: mappings))
        })

    private static let mappings = ConfigurationKey(
        "mappings", .list, default: [],
        "What becomes of the events of others, the first that fits, such as \"type=com.example.loaded kind=materialization asset={data.table:.}\"."
    )

    private static let route = ReceiverRoute(
        "/api/v1/cloudevents",
        bodies: [
            .init("application/cloudevents-batch+json", .array),
            .init("application/cloudevents+json", .single), .init("*", .single),
        ],
        headers: ["ce-"])
}
#endif
