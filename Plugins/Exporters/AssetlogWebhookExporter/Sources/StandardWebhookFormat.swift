#if Webhook
import AssetlogCore
import AssetlogCrypto
import AssetlogDelivery

/// Events as Standard Webhooks 1.0.0: a body of JSON, signed with every secret.
struct StandardWebhookFormat: Sendable {
    /// The secrets that sign.
    enum Secrets: Sendable {
        case given([SigningSecret])
        case file(SigningSecretFile)

        /// Those of now.
        var current: [SigningSecret] {
            switch self {
            case .given(let secrets): secrets
            case .file(let file): file.secrets
            }
        }
    }

    let secrets: Secrets

    /// One event, signed at a time; receivers refuse signatures that are some minutes old, so every attempt is signed again.
    func message(_ event: LoggedEvent, type: String? = nil, at now: Timestamp = .now()) throws(CryptoError) -> WebhookMessage {
        var body = Array(#"{"type":"\#(type ?? EventTypeName.name(of: event.kind))","timestamp":"\#(event.timestamp)","data":"#.utf8)
        EventJSON.append(event, to: &body)
        body.append(UInt8(ascii: "}"))
        let (id, seconds) = (event.id.description, String(now.microseconds / 1_000_000))
        let signed = Array("\(id).\(seconds).".utf8) + body
        var signatures: [String] = []
        for secret in secrets.current { signatures.append(try secret.signature(of: signed)) }
        return WebhookMessage(
            contentType: "application/json",
            headers: [
                .init("webhook-id", id), .init("webhook-timestamp", seconds),
                .init("webhook-signature", signatures.joined(separator: " ")),
            ], body: body)
    }
}
#endif
