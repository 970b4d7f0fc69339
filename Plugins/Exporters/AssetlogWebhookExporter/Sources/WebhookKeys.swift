#if Webhook
import AssetlogCore
import AssetlogDelivery

/// The keys of the exporter; they are documented at ``ExporterPlugin/webhook``.
enum WebhookKeys {
    /// What the requests look like.
    enum Format: String, CaseIterable {
        case cloudevents
        case standardWebhooks = "standard-webhooks"
        case slack
    }

    /// How CloudEvents stand in requests.
    enum Mode: String, CaseIterable {
        case structured, binary, batched
    }

    /// Which events become messages in a chat.
    enum Messages: String, CaseIterable {
        case problems, all
    }

    static let http = HTTPDestination.Keys(
        url: "The URL that events are posted to; it is never printed whole.", example: "https://example.com/hook")
    static let format = ConfigurationKey("format", .choice(Format.self), default: .cloudevents, "What the requests look like.")
    static let mode = ConfigurationKey<Mode?>.optional(
        "mode", .choice(Mode.self),
        "How CloudEvents are sent: an event in a body, an event in headers, or several in a body; without it, structured.")
    static let source = ConfigurationKey<String?>.optional(
        "source", .text, "The beginning of the `source` of CloudEvents; without it, server.public_url, or /assetlog.")
    static let secret = ConfigurationKey(
        "secret", .secretList, default: [], "The secret that signs standard-webhooks, or two of them while one replaces the other.")
    static let secretFile = ConfigurationKey<String?>.optional(
        "secret_file", .path, "A file with such a secret, or two, a line each; a change is noticed within a second.")
    static let messages = ConfigurationKey<Messages?>.optional(
        "messages", .choice(Messages.self),
        "Which events become messages of slack: failures, failed checks and recoveries, or all; without it, problems.")
    static let allowPrivateAddresses = ConfigurationKey(
        "allow_private_addresses", .boolean, default: false,
        "Allows addresses that are not of the public Internet, such as this machine's and those of a local network.")

    static let all: [any DeclaredKey] =
        [http.url, format, mode, source, secret, secretFile, messages, allowPrivateAddresses] + http.connection
}
#endif
