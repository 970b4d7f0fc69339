#if Webhook
import AssetlogCore
import AssetlogDelivery
import Foundation
import Testing

@testable import AssetlogWebhookExporter

@Suite("A Standard Webhook")
struct StandardWebhookTests {
    private static let time = Timestamp(microseconds: 1_790_000_005_999_999)

    private static func message(_ secrets: [String], _ event: LoggedEvent = WebhookFixture.event()) throws -> WebhookMessage {
        let format = StandardWebhookFormat(secrets: .given(try secrets.map { try SigningSecret($0) }))
        return try format.message(event, at: time)
    }

    private static func value(_ name: String, _ message: WebhookMessage) -> String? {
        message.headers.first { $0.name == name }?.value.revealed
    }

    @Test("says what happened, when, and to what")
    func body() throws {
        let message = try Self.message([WebhookFixture.secrets[0]], WebhookFixture.check(3, passed: true))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(message.body)) as? [String: Any])
        #expect(object["type"] as? String == "asset.check.evaluation")
        #expect(object["timestamp"] as? String == "2026-09-21T14:13:20.123456Z")
        #expect((object["data"] as? [String: Any])?["sequence"] as? Int == 3)
        #expect(object.count == 3)
    }

    @Test("has the event's identity, whole seconds, and a signature for each secret")
    func headers() throws {
        let message = try Self.message(WebhookFixture.secrets)
        #expect(Self.value("webhook-id", message) == "01990000-0000-7000-8000-000000000001")
        #expect(Self.value("webhook-timestamp", message) == "1790000005")
        let signatures = try #require(Self.value("webhook-signature", message)).split(separator: " ", omittingEmptySubsequences: false)
        #expect(signatures.count == 2)
        #expect(signatures.allSatisfy { $0.hasPrefix("v1,") && $0.utf8.count == 47 })
        #expect(try Self.value("webhook-signature", Self.message([WebhookFixture.secrets[1]])) == String(signatures[1]))
    }

    // Computed with the module hmac of Python.
    @Test("is signed as the specification says")
    func signature() throws {
        let secret = try SigningSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let signed = Array(#"msg_1.1614265330.{"test": 2432232314}"#.utf8)
        #expect(try secret.signature(of: signed) == "v1,9o7UeFkn1GjVbcY4emAJruJCYqgH2EIf8u/slvVRBZI=")
    }
}

@Suite("A secret of signatures")
struct SigningSecretTests {
    private static func text(_ count: Int) -> String { Data(repeating: 0xfb, count: count).base64EncodedString() }

    @Test("is 24 to 64 bytes of base64, with or without its prefix", arguments: [24, 25, 26, 32, 64])
    func taken(_ count: Int) throws {
        for prefix in ["", "whsec_"] { _ = try SigningSecret(prefix + Self.text(count)) }
    }

    @Test(
        "is refused with what to do, and never shown",
        arguments: [
            (text(23), "24 to 64 bytes, not of 23"), (text(65), "not of 65"), ("", "not of 0"), ("whsec_", "not of 0"),
            (text(25).replacing("=", with: ""), "standard base64 with its padding"),
            (text(32).replacing("+", with: "-"), "standard base64"),
            ("hunter2-hunter2-hunter2-hunter2-", "standard base64"), (text(24) + "\n", "standard base64"),
            ("MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1uYR==", "standard base64"), ("whsk_" + text(32), "ed25519"), ("whpk_" + text(32), "ed25519"),
        ])
    func refused(_ text: String, _ message: String) {
        #expect {
            try SigningSecret(text)
        } throws: { error in
            let said = (error as? SigningSecret.Problem)?.text ?? ""
            return said.contains(message) && !said.contains("hunter2")
        }
    }

    @Test("may be two, in a list, in one text or in a file")
    func two() throws {
        #expect(try SigningSecret.read(WebhookFixture.secrets.map { Secret($0) }).count == 2)
        #expect(try SigningSecret.read([Secret(WebhookFixture.secrets.joined(separator: ", "))]).count == 2)
        #expect(throws: SigningSecret.Problem.self) { try SigningSecret.read([]) }
        #expect(throws: SigningSecret.Problem.self) {
            try SigningSecret.read((WebhookFixture.secrets + [WebhookFixture.secrets[0]]).map { Secret($0) })
        }
        let file = NSTemporaryDirectory() + "secrets-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(throws: ExportError.self) { try SigningSecret.read(file) }
        try ("# old and new\n" + WebhookFixture.secrets.joined(separator: "\r\n") + "\n").write(
            toFile: file, atomically: true, encoding: .utf8)
        #expect(try SigningSecret.read(file).count == 2)
        try "hunter2".write(toFile: file, atomically: true, encoding: .utf8)
        #expect { try SigningSecret.read(file) } throws: { !"\($0)".contains("hunter2") && "\($0)".contains(file) }
    }

    @Test("is not printed")
    func printed() throws {
        let secret = try SigningSecret(WebhookFixture.secrets[0])
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!"\(secret)\(dumped)".contains(WebhookFixture.secrets[0]))
    }
}
#endif
