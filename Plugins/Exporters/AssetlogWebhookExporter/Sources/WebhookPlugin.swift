#if Webhook
public import AssetlogCore

extension ExporterPlugin {
    /// Posts events to a URL: as CloudEvents, as signed Standard Webhooks, or as messages in a chat.
    ///
    /// - `url` (secret, required): Where they are posted to.
    /// - `format` (`cloudevents`, `standard-webhooks` or `slack`, default `cloudevents`): What the requests look like.
    /// - `mode` (`structured`, `binary` or `batched`, default `structured`): How CloudEvents are sent.
    /// - `source` (text, default `server.public_url`): The beginning of the `source` of CloudEvents.
    /// - `secret` (secrets, default none): The one or two secrets that sign Standard Webhooks.
    /// - `secret_file` (path, optional): A file with them, in place of `secret`.
    /// - `messages` (`problems` or `all`, default `problems`): Which events become messages in a chat.
    /// - `allow_private_addresses` (boolean, default false): Allows addresses that are not of the public Internet.
    /// - The keys of every exporter over HTTP: `headers`, `headers_file`, `ca_file`, `client_certificate_file`, `client_key_file`,
    ///   `proxy`, `timeout` and `connect_timeout`.
    public static let webhook = ExporterPlugin(
        name: "webhook",
        summary: "Posts events to a URL: as CloudEvents, as signed Standard Webhooks, or as messages in a chat.",
        stability: .beta,
        keys: WebhookKeys.all,
        delivery: DeliveryDefaults(batchSize: 100, concurrency: 4),
        configure: { configuration in
            let settings = try WebhookSettings(configuration)
            return ExporterSetup(
                open: { context in try await WebhookExporter.open(settings, publicURL: context.publicURL, logger: context.logger) },
                inspectFiles: { settings.problemsOfFiles() })
        })
}
#endif
