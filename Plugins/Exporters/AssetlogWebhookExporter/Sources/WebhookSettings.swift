#if Webhook
import AssetlogCore
import AssetlogDelivery

/// Where events go, and in which form.
struct WebhookSettings: Sendable {
    /// The form of the requests.
    enum Form: Sendable {
        case cloudEvents(WebhookKeys.Mode, source: String?)
        case standardWebhooks(SecretSource)
        case slack(WebhookKeys.Messages)
    }

    /// Where the secrets of signatures come from.
    enum SecretSource: Sendable {
        case given([SigningSecret])
        case file(String)
    }

    let destination: HTTPDestination
    let form: Form

    /// Reads the plugin's keys.
    ///
    /// - Throws: ``ConfigurationError`` that names the key.
    init(_ configuration: PluginConfiguration) throws {
        var destination = try HTTPDestination(configuration, WebhookKeys.http)
        destination.refusesPrivateAddresses = try !configuration[WebhookKeys.allowPrivateAddresses]
        if destination.refusesPrivateAddresses, let address = destination.privateAddress {
            throw configuration.error(
                WebhookKeys.http.url,
                "names \(address), which is not of the public Internet; set allow_private_addresses to true if it is meant")
        }
        self.destination = destination
        form = try Self.form(configuration)
        if let name = Self.reservedHeader(destination.headerNames) {
            throw ConfigurationError(
                "\(configuration.section).headers", "has the header \(name), which this exporter sets itself; remove it")
        }
    }

    /// A sentence about each file that can't be used.
    func problemsOfFiles() -> [String] {
        guard case .standardWebhooks(.file(let path)) = form else { return destination.problemsOfFiles() }
        do {
            _ = try SigningSecret.read(path)
            return destination.problemsOfFiles()
        } catch {
            return destination.problemsOfFiles() + ["\(error)"]
        }
    }

    /// The first header that the formats set themselves.
    static func reservedHeader(_ names: [String]) -> String? {
        names.first { name in ["ce-", "webhook-"].contains { name.lowercased().hasPrefix($0) } }
    }

    // MARK: Parts of the configuration

    private static func form(_ configuration: PluginConfiguration) throws -> Form {
        let format = try configuration[WebhookKeys.format]
        let (mode, source) = (try configuration[WebhookKeys.mode], try configuration[WebhookKeys.source])
        let messages = try configuration[WebhookKeys.messages]
        let hasSecret = try !configuration[WebhookKeys.secret].isEmpty
        let hasSecretFile = try configuration[WebhookKeys.secretFile] != nil
        let given: [(isGiven: Bool, key: any DeclaredKey, format: WebhookKeys.Format)] = [
            (mode != nil, WebhookKeys.mode, .cloudevents), (source != nil, WebhookKeys.source, .cloudevents),
            (messages != nil, WebhookKeys.messages, .slack), (hasSecret, WebhookKeys.secret, .standardWebhooks),
            (hasSecretFile, WebhookKeys.secretFile, .standardWebhooks),
        ]
        if let foreign = given.first(where: { $0.isGiven && $0.format != format }) {
            throw configuration.error(
                foreign.key,
                "is of the format \(foreign.format.rawValue), but the format is \(format.rawValue); remove it, or change format")
        }
        switch format {
        case .cloudevents: return .cloudEvents(mode ?? .structured, source: try checked(source, configuration))
        case .standardWebhooks: return .standardWebhooks(try secrets(configuration))
        case .slack: return .slack(messages ?? .problems)
        }
    }

    private static func checked(_ source: String?, _ configuration: PluginConfiguration) throws -> String? {
        guard let source else { return nil }
        guard !source.isEmpty, source.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !#""<>\^`{|}"#.utf8.contains($0) }) else {
            throw configuration.error(
                WebhookKeys.source, "must be a URI or the path of one, without blanks, such as https://assets.example.com or /assets")
        }
        return source.hasSuffix("/") ? String(source.dropLast()) : source
    }

    private static func secrets(_ configuration: PluginConfiguration) throws -> SecretSource {
        let texts = try configuration[WebhookKeys.secret]
        if let file = try configuration[WebhookKeys.secretFile] {
            guard texts.isEmpty else {
                throw configuration.error(WebhookKeys.secretFile, "can't be combined with secret; remove one of them")
            }
            return .file(file)
        }
        guard !texts.isEmpty else {
            throw configuration.error(
                WebhookKeys.secret,
                "is required by the format standard-webhooks, unless secret_file is given; `openssl rand -base64 32` makes one")
        }
        do throws(SigningSecret.Problem) {
            return .given(try SigningSecret.read(texts))
        } catch {
            throw configuration.error(WebhookKeys.secret, error.text)
        }
    }
}
#endif
