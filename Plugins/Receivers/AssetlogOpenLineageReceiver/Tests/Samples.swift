#if OpenLineageReceiver
import AssetlogCore
import Foundation

@testable import AssetlogOpenLineageReceiver

/// Receivers and events for the tests.
enum Samples {
    static let run = "0190a0b0-1111-7222-8333-444444444444"
    static let time = "2026-11-30T10:00:00Z"
    /// Python: uuid.uuid5(uuid.UUID(run), "5:START1:0")
    static let startID = "1880b665-626b-58f7-b012-7aecaffa7c1d"

    static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// Events of openlineage-python, which `Tests/Producers/openlineage/record.py` writes.
    static func recorded() throws -> [[UInt8]] {
        let text = try String(contentsOf: directory.appending(path: "Fixtures/events.jsonl"), encoding: .utf8)
        return text.split(separator: "\n").map { Array($0.utf8) }
    }

    static func configuration(_ values: [String: [String]]) throws -> PluginConfiguration {
        try PluginConfiguration(
            section: "receivers.openlineage", keys: OpenLineageReceiverKeys.all, values: values, directory: "/", dataDirectory: "/")
    }

    static func setup(_ values: [String: [String]] = [:]) throws -> ReceiverSetup {
        try ReceiverPlugin.openLineageReceiver.configure(configuration(values))
    }

    /// An event of the run; of the members that are given twice the last counts.
    static func event(_ type: String, _ members: String = "", time: String = time) -> String {
        let comma = members.isEmpty ? "" : ", "
        return #"{"eventType": "\#(type)", "eventTime": "\#(time)", "producer": "test", "run": {"runId": "\#(run)"}, "#
            + #""job": {"namespace": "jobs", "name": "load"}\#(comma)\#(members)}"#
    }

    /// An output or input that has facets.
    static func dataset(_ name: String, in namespace: String = "postgres://db", _ members: String = "") -> String {
        #"{"namespace": "\#(namespace)", "name": "\#(name)"\#(members.isEmpty ? "" : ", ")\#(members)}"#
    }
}

/// A receiver with a log that keeps the first event of each identity, as a server's does.
final class SampleLog {
    let setup: ReceiverSetup
    private(set) var items: [EventItem] = []
    private(set) var unmapped: [String] = []
    private(set) var refusals: [String] = []
    private var events: [EventID: Event] = [:]

    init(_ values: [String: [String]] = [:]) throws {
        setup = try Samples.setup(values)
    }

    /// Takes an event; returns how many items were new.
    @discardableResult
    func take(_ text: String) -> Int { take(Array(text.utf8)) }

    /// Takes an event; returns how many items were new.
    @discardableResult
    func take(_ body: [UInt8]) -> Int {
        let element = ReceivedElement(path: "/api/v1/lineage", body: body)
        let ids = setup.receiver.lookups(for: element)
        let found = Dictionary(uniqueKeysWithValues: ids.compactMap { id in events[id].map { (id, $0) } })
        let reading = setup.receiver.read(element, found: found)
        unmapped += reading.unmapped
        if let refusal = reading.refusal { refusals.append(refusal) }
        let known = items.count
        for item in reading.items { keep(item) }
        return items.count - known
    }

    private func keep(_ item: EventItem) {
        guard let id = item.eventID, events[id] == nil else { return }
        events[id] = Event(
            id: id, deployment: "default", kind: item.kind, assetKey: item.assetKey, partition: item.partition,
            timestamp: item.timestamp ?? .now(), receivedAt: .now(), reportedBy: nil, details: Self.details(item))
        items.append(item)
    }

    // The metadata of an item has the form in which the log keeps it, but for the name of the value.
    private static func details(_ item: EventItem) -> [UInt8] {
        let json = String(decoding: item.json, as: UTF8.self).replacingOccurrences(of: #""raw_value":"#, with: #""value":"#)
        return Array(json.utf8)
    }

    /// The items in short: kind and key.
    var short: [String] { items.map { "\($0.kind.name) \($0.assetKey.parts.joined(separator: "/"))" } }
}

extension EventItem {
    /// The value of a label.
    subscript(label: String) -> Value? { metadata.last { $0.label == label }?.value }
}
#endif
