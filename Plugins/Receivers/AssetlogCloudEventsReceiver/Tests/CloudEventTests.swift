#if CloudEventsReceiver
import AssetlogCore
import Foundation
import Testing

@testable import AssetlogCloudEventsReceiver

@Suite("A request with a CloudEvent")
struct CloudEventTests {
    private static let required: [String: String] = [
        "ce-specversion": "1.0", "ce-id": "7", "ce-source": "/s", "ce-type": "t",
    ]

    // MARK: Attributes

    @Test("has its attributes in members, of texts, whole numbers and truth values")
    func structured() throws {
        let event = try CloudEvent(
            CloudEventsFixture.foreign(
                #","subject":null,"count":-5,"flag":true,"other":{"a":1},"trace":"ä","data":{"a":[1,{"b":"c"}]}"#
            ))
        #expect(event.type == "com.example.loaded" && event.source == "/loader" && event.id == "7")
        #expect(event.time == Timestamp("2026-11-22T08:00:00.5Z"))
        #expect(
            event.attributes["count"] == "-5" && event.attributes["flag"] == "true"
                && event.attributes["trace"] == "ä")
        #expect(
            event.attributes["subject"] == nil && event.attributes["other"] == nil
                && event.attributes["data"] == nil)
        #expect(event.data?["a"]?.elements.last?["b"]?.text == "c")
    }

    @Test("has its attributes in headers, and its data in the body")
    func binary() throws {
        let event = try CloudEvent(
            CloudEventsFixture.binary(
                Self.required.merging(["ce-subject": "a%20b", "x-other": "1"]) { $1 }, #"{"a":1}"#))
        #expect(
            event.attributes["subject"] == "a b"
                && event.attributes["datacontenttype"] == "application/json")
        #expect(event.attributes["x-other"] == nil && event.attributes.count == 6)
        #expect(event.data?["a"]?.integer == 1)
    }

    @Test(
        "decodes the values of headers once, and takes them out of their quotes",
        arguments: [
            ("plain", "plain"), ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"), ("%e2%82%ac", "€"),
            ("100%25", "100%"), ("%2525", "%25"),
            ("100%", "100%"), ("%4", "%4"), ("%zz", "%zz"), ("%+1", "%+1"), ("a%00b", "a\u{0}b"),
            (#""a b""#, "a b"), (#""a\"b\\c""#, #"a"b\c"#),
            (#""%41%22""#, "A\""), ("\"", "\""), ("\"\"", ""), ("ä", "ä"), ("", ""),
        ])
    func headers(_ value: String, _ text: String) throws {
        #expect(try HeaderText.decode(value, of: "ce-subject") == text)
    }

    @Test(
        "is refused where a header is no UTF-8", arguments: ["%C0%A0", "%ff", "a%E2%82", "%ED%A0%80"])
    func invalidHeaders(_ value: String) throws {
        let reading = try CloudEventsFixture.read(
            CloudEventsFixture.binary(Self.required.merging(["ce-x": value]) { $1 }))
        #expect(reading.refusal?.contains(#""ce-x" is no UTF-8"#) == true, "\(reading)")
    }

    // MARK: Data

    @Test("has data that is JSON by its type, or that has no type")
    func data() throws {
        let values: [(String, String?)] = [
            (#","data":{"a":1}"#, "1"),
            (#","datacontenttype":"application/vnd.x+json; charset=utf-8","data":{"a":1}"#, "1"),
            (#","datacontenttype":"text/json","data_base64":"eyJhIjoxfQ==""#, "1"),
            (#","data_base64":"eyJhIjoxfQ==""#, nil),
            (#","datacontenttype":"application/xml","data":"<a/>""#, nil),
            (#","datacontenttype":"text/plain","data_base64":"eyJhIjoxfQ==""#, nil),
            (#","data":null,"data_base64":null"#, nil), ("", nil), (#","data":"{\"a\":1}""#, nil),
        ]
        for (members, value) in values {
            let event = try CloudEvent(CloudEventsFixture.foreign(members))
            #expect(
                event.data?["a"].map { String(decoding: $0.json, as: UTF8.self) } == value, "\(members)")
        }
    }

    @Test("has data of any type in its body, which is looked into where it is JSON")
    func bodies() throws {
        func data(_ body: String, _ contentType: String?) throws -> JSONView? {
            try CloudEvent(CloudEventsFixture.binary(Self.required, body, contentType: contentType))
                .data
        }
        #expect(try data(#"{"a":1}"#, "Application/X+JSON; charset=utf-8") != nil)
        #expect(try data(#"{"a":1}"#, nil) != nil)
        #expect(try data("a,b", nil) == nil)
        #expect(try data("<a/>", "application/xml") == nil)
        #expect(try data("", "application/json") == nil)
    }

    // MARK: Refusals

    @Test(
        "is refused with a sentence where it is no event",
        arguments: [
            ("[]", "is a JSON object"), ("", "is no JSON"), ("{", "is no JSON"),
            (#"{"a":"\#u{ff}"#, "is no JSON"),
            ("{}", "no attribute specversion"),
            (#"{"specversion":"0.3"}"#, #"the specversion "0.3"; only 1.0"#),
            (#"{"specversion":1.0}"#, "specversion must be a text"),
            (#"{"specversion":"1.0"}"#, "no attribute type"),
            (#"{"specversion":"1.0","type":"t"}"#, "no attribute source"),
            (#"{"specversion":"1.0","type":"t","source":""}"#, "source is empty"),
            (#"{"specversion":"1.0","type":"t","source":"s","id":null}"#, "no attribute id"),
            (#"{"specversion":"1.0","type":"t","source":"s","id":7}"#, "id must be a text"),
            (
                #"{"specversion":"1.0","type":"t","source":"s","id":"7","time":"yesterday"}"#,
                #"RFC 3339 such as 2026-11-23T19:00:00Z, not "yesterday""#
            ),
            (
                #"{"specversion":"1.0","type":"t","source":"s","id":"7","time":"2026-11-22T10:00:00"}"#,
                "RFC 3339"
            ),
            (
                #"{"specversion":"1.0","type":"t","source":"s","id":"7","data":1,"data_base64":"MQ=="}"#,
                "both data and data_base64"
            ),
            (
                #"{"specversion":"1.0","type":"t","source":"s","id":"7","data_base64":"M"}"#,
                "standard base64"
            ),
            (
                #"{"specversion":"1.0","type":"t","source":"s","id":"7","datacontenttype":"a/json","data_base64":"ew=="}"#,
                "data_base64 holds is no JSON"
            ),
        ])
    func refusals(_ body: String, _ sentence: String) throws {
        for type in [
            "application/cloudevents+json; charset=UTF-8", "Application/CloudEvents-Batch+JSON",
        ] {
            let reading = try CloudEventsFixture.read(
                CloudEventsFixture.structured(body, contentType: type))
            #expect(reading.refusal?.contains(sentence) == true, "\(reading)")
            #expect(reading.items.isEmpty)
        }
    }

    @Test("is refused where its format or its mode is not known, with what to send")
    func formats() throws {
        let avro = try CloudEventsFixture.read(
            CloudEventsFixture.structured("x", contentType: "application/cloudevents+avro"))
        #expect(
            avro.refusal?.contains(
                #""application/cloudevents+avro" is not supported; send application/cloudevents+json"#)
                == true)
        let plain = try CloudEventsFixture.read(
            CloudEventsFixture.structured(#"{"specversion":"1.0"}"#, contentType: "application/json"))
        #expect(
            plain.refusal?.contains("send an event of JSON as application/cloudevents+json") == true)
        let cut = try CloudEventsFixture.read(CloudEventsFixture.binary(Self.required, "{"))
        #expect(cut.refusal?.contains("The body is no JSON") == true)
    }

    @Test("is refused where it has more attributes than anybody sends")
    func attributes() throws {
        let members = (0..<200).map { #","a\#($0)":"x""# }.joined()
        #expect(try CloudEventsFixture.read(CloudEventsFixture.foreign(members)).refusal?.contains("over 100 attributes") == true)
    }

    @Test("comes to one route, in three modes")
    func routes() throws {
        let route = try #require(CloudEventsFixture.setup().routes.first)
        #expect(
            route.form(contentType: "application/cloudevents-batch+json; charset=UTF-8") == .array)
        #expect(route.form(contentType: "application/cloudevents+json") == .single)
        #expect(
            route.form(contentType: "image/png") == .single && route.form(contentType: nil) == .single)
        #expect(route.shows(header: "ce-id") && !route.shows(header: "authorization"))
    }
}
#endif
