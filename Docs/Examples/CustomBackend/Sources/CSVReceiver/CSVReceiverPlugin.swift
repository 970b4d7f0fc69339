public import AssetlogCore

extension ReceiverPlugin {
    /// Takes reports of loaded rows, a line each.
    ///
    /// - `prefix` (text, optional): The first part of the asset keys.
    public static let csvReceiver = ReceiverPlugin(
        name: "csv",
        summary: "Takes reports of loaded rows, a line each.",
        stability: .development,
        keys: [prefix],
        configure: { configuration in
            let route = ReceiverRoute("/hooks/csv", bodies: [.init("text/csv", .lines)], maximumElementBytes: 4096)
            return ReceiverSetup(routes: [route], receiver: CSVReceiver(prefix: try configuration[prefix]))
        })

    private static let prefix = ConfigurationKey<String?>.optional(
        "prefix", .text, "The first part of the asset keys; without it, the asset is the only one.")
}
