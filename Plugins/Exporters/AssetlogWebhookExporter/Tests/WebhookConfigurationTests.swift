#if Webhook
import AssetlogCore
import AssetlogDelivery
import Foundation
import Testing

@testable import AssetlogWebhookExporter

@Suite("The configuration of a webhook")
struct WebhookConfigurationTests {
    private static let url = "https://example.com/hook"

    @Test("needs no more than a URL, and refuses private addresses then")
    func defaults() throws {
        let settings = try WebhookFixture.settings(["url": [Self.url]])
        guard case .cloudEvents(.structured, source: nil) = settings.form else { return #expect(Bool(false), "\(settings.form)") }
        #expect(settings.destination.refusesPrivateAddresses)
        #expect(settings.problemsOfFiles() == [])
    }

    @Test(
        "is refused with the key and what to do",
        arguments: [
            ([:], "url is required but missing"), (["url": "http://127.0.0.1:8000/"], "url names the loopback address 127.0.0.1"),
            (["url": "http://[::1]/"], "url names the loopback address ::1"),
            (["url": "http://10.0.0.1/"], "set allow_private_addresses to true"),
            (["url": url, "format": "cloudevent"], "did you mean cloudevents?"), (["url": url, "mode": "batch"], "mode must be one of"),
            (["url": url, "format": "slack", "mode": "binary"], "mode is of the format cloudevents, but the format is slack"),
            (["url": url, "secret": WebhookFixture.secrets[0]], "secret is of the format standard-webhooks"),
            (["url": url, "secret_file": "/x"], "secret_file is of the format standard-webhooks"),
            (["url": url, "messages": "all"], "messages is of the format slack"),
            (["url": url, "format": "standard-webhooks", "source": "/x"], "source is of the format cloudevents"),
            (["url": url, "source": "a b"], "source must be a URI"), (["url": url, "source": ""], "source must be a URI"),
            (["url": url, "format": "standard-webhooks"], "secret is required by the format standard-webhooks"),
            (["url": url, "format": "standard-webhooks", "secret": "hunter2"], "secret must be standard base64"),
            (
                ["url": url, "format": "standard-webhooks", "secret": WebhookFixture.secrets[0], "secret_file": "/x"],
                "secret_file can't be combined with secret"
            ),
            (["url": url, "headers": "Webhook-Id: 1"], "headers has the header Webhook-Id"),
            (["url": url, "headers": "ce-id: 1"], "ce-id"),
            (["url": url, "secrets": "x"], "did you mean exporters.hook.secret?"),
        ])
    func mistakes(_ values: [String: String], _ message: String) {
        #expect {
            try WebhookFixture.settings(values.mapValues { [$0] })
        } throws: {
            "\($0)".contains(message) && "\($0)".hasPrefix("exporters.hook.") && !"\($0)".contains("hunter2")
        }
    }

    @Test("takes a private address where that is allowed")
    func allowed() throws {
        let settings = try WebhookFixture.settings(["url": ["http://127.0.0.1/"], "allow_private_addresses": ["true"]])
        #expect(!settings.destination.refusesPrivateAddresses)
    }

    @Test("names files that can't be used")
    func files() throws {
        let settings = try WebhookFixture.settings(
            ["url": [Self.url], "format": ["standard-webhooks"], "secret_file": ["none"], "ca_file": ["/no/ca"]])
        #expect(settings.problemsOfFiles().map { $0.prefix(10) } == ["/no/ca can", "/etc/none "])
    }

    // MARK: Documents

    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: directory.appending(path: name), encoding: .utf8)
    }

    @Test("is what the sample and the README say")
    func sample() throws {
        let sample = try Self.text("sample.yaml")
        #expect(try Self.text("README.md").contains(sample))
        for key in ExporterPlugin.webhook.keys {
            #expect(sample.contains("## \(key.summary)"), "\(key.name)")
            #expect(sample.contains(key.isRequired ? "    \(key.name): " : "    # \(key.name): "), "\(key.name)")
        }
    }

    // The examples are flat: `key: value` and `- value` below a key.
    @Test("is valid in every example of the README")
    func examples() throws {
        let blocks = try Self.text("README.md").split(separator: "```yaml\n").dropFirst().compactMap { $0.split(separator: "```").first }
        #expect(blocks.count >= 5)
        for block in blocks {
            var values: [String: [String]] = [:]
            var last = ""
            for line in block.split(separator: "\n").map({ $0.drop { $0 == " " } }) where !line.hasPrefix("#") {
                if line.hasPrefix("- ") {
                    values[last, default: []].append(Self.unquoted(line.dropFirst(2)))
                } else if let colon = line.firstRange(of: ":") {
                    last = String(line[..<colon.lowerBound])
                    let value = line[colon.upperBound...].drop { $0 == " " }
                    values[last] = value.isEmpty ? [] : [Self.unquoted(value)]
                }
            }
            let given = values.filter { name, texts in !texts.isEmpty && !["type", "batch_size"].contains(name) }
            #expect(throws: Never.self, "\(block)") { try WebhookFixture.settings(given) }
        }
    }

    private static func unquoted(_ text: Substring) -> String { text.trimmingCharacters(in: ["\""]) }
}
#endif
