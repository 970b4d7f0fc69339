#if Webhook
import AssetlogCore
import AssetlogDelivery
import Foundation
import Testing

@testable import AssetlogWebhookExporter

@Suite("A CloudEvent")
struct CloudEventTests {
    private let format = CloudEventFormat(source: "https://assets.example.com")

    private static func object(_ message: WebhookMessage) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(message.body)) as? [String: Any])
    }

    private static func headers(_ message: WebhookMessage) -> [String: String] {
        Dictionary(message.headers.map { ($0.name, $0.value.revealed) }, uniquingKeysWith: { $1 })
    }

    @Test("is one JSON object with its attributes and the event as data")
    func structured() throws {
        let event = WebhookFixture.event(42, partition: "2026-11-01", deployment: "prod")
        let message = format.structured(event)
        var data: [UInt8] = []
        EventJSON.append(event, to: &data)
        let head =
            #"{"specversion":"1.0","id":"01990000-0000-7000-8000-00000000002a","source":"https://assets.example.com/prod","#
            + #""type":"io.assetlog.asset.materialization.v1","subject":"warehouse/orders","time":"2026-09-21T14:13:20.123456Z","#
            + #""deployment":"prod","sequence":"0000000000000000042","partitionkey":"2026-11-01","datacontenttype":"application/json","data":"#
        #expect(String(decoding: message.body, as: UTF8.self) == head + String(decoding: data, as: UTF8.self) + "}")
        #expect(Self.headers(message)["Content-Type"] == "application/cloudevents+json; charset=utf-8")
    }

    @Test("is headers with the event as the body")
    func binary() throws {
        let message = format.binary(WebhookFixture.event(key: ["ä b", "100%", "\"q\""]))
        let headers = Self.headers(message)
        #expect(headers["Content-Type"] == "application/json; charset=utf-8")
        #expect(headers["ce-datacontenttype"] == nil)
        #expect(headers["ce-specversion"] == "1.0")
        #expect(headers["ce-subject"] == "%C3%A4%20b/100%2525/%22q%22")
        #expect(headers["ce-partitionkey"] == nil)
        #expect(headers["ce-sequence"] == "0000000000000000001")
        #expect(try Self.object(message)["sequence"] as? Int == 1)
    }

    @Test("stands with others in an array")
    func batched() throws {
        let message = format.batched([WebhookFixture.event(1), WebhookFixture.event(2)])
        let array = try #require(try JSONSerialization.jsonObject(with: Data(message.body)) as? [[String: Any]])
        #expect(array.map { $0["sequence"] as? String } == ["0000000000000000001", "0000000000000000002"])
        #expect(Self.headers(message)["Content-Type"] == "application/cloudevents-batch+json; charset=utf-8")
    }

    @Test(
        "has a type for each kind of event",
        arguments: [
            (EventKind.materialization, "asset.materialization"), (.observation, "asset.observation"), (.check, "asset.check.evaluation"),
            (.materializationStarted, "asset.materialization.started"), (.materializationFailed, "asset.materialization.failed"),
            (.materializationSkipped, "asset.materialization.skipped"),
            (.void, "asset.void"), (.wipe, "asset.wipe"),
        ])
    func type(_ kind: EventKind, _ name: String) throws {
        #expect(try Self.object(format.structured(WebhookFixture.event(1, kind)))["type"] as? String == "io.assetlog.\(name).v1")
    }

    @Test(
        "names its asset so that the parts can be told apart, and nothing rather than an empty text",
        arguments: [
            (["a", "b"], "a/b"), (["a/b"], "a%2Fb"), (["50%", "%2F"], "50%25/%252F"), (["", "a"], "/a"), ([""], nil),
            (["a\u{1}\u{7f}\u{85}\u{fffe}"], "a%01%7F%C2%85%EF%BF%BE"), (["日本", "👩‍👩‍👧"], "日本/👩‍👩‍👧"),
        ] as [([String], String?)])
    func subject(_ key: [String], _ subject: String?) throws {
        #expect(try Self.object(format.structured(WebhookFixture.event(key: key)))["subject"] as? String == subject)
    }

    @Test("has no attribute for the partition without a name")
    func emptyPartition() throws {
        #expect(try Self.object(format.structured(WebhookFixture.event(partition: "")))["partitionkey"] == nil)
        #expect(try Self.object(format.structured(WebhookFixture.event(partition: "a\nb")))["partitionkey"] as? String == "a%0Ab")
    }

    @Test("says of a check which it was and how it ended, as texts")
    func check() throws {
        let object = try Self.object(format.structured(WebhookFixture.check(1, passed: false, name: "row \\\"count\\\"")))
        #expect(object["checkname"] as? String == "row \"count\"")
        #expect(object["passed"] as? String == "false")
        #expect(object["severity"] as? String == "ERROR")
    }

    @Test("has only attributes whose names every receiver takes")
    func names() throws {
        let object = try Self.object(format.structured(WebhookFixture.check(1, passed: true)))
        for name in object.keys { #expect(name.utf8.count <= 20 && name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber) }) }
    }

    @Test("shows numbers that JSON does not have as texts")
    func numbers() throws {
        let event = WebhookFixture.event(
            details: #"{"metadata":{"n":{"type":"float","value":NaN},"i":{"type":"float","value":-Infinity}}}"#)
        let data = try #require(try Self.object(format.structured(event))["data"] as? [String: Any])
        let metadata = try #require(data["metadata"] as? [String: [String: Any]])
        #expect(metadata["n"]?["value"] as? String == "NaN")
        #expect(metadata["i"]?["value"] as? String == "-Infinity")
    }
}
#endif
