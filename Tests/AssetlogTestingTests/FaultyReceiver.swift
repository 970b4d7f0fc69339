import AssetlogCore
import AssetlogTesting
import Synchronization

/// What a broken receiver does wrong; nil stands for one that is right.
enum ReceiverFault: CaseIterable, Sendable {
    case hasNoRoute, takesPathsOfTheServer, takesOnePathTwice, takesNoBody, namesTypesInCapitals, takesOtherTypes, hidesHeaders
    case ignoresMessages, refusesMessages, counts, differsByInstance, writesNUL, looksUpTooMuch
    case hasNoIDs, makesUpIDs, countsIDs, sharesIDs
    case takesAnything, repairsTexts, isSilent, isSilentAboutDamage
    case saysNothing, quotesAll, multiplies, multipliesReasons
    case continues, inventsStatuses, answersText, answersNoContent

    /// The case that has to catch it, and the only one.
    var caughtBy: String {
        switch self {
        case .hasNoRoute, .takesPathsOfTheServer, .takesOnePathTwice, .takesNoBody, .namesTypesInCapitals:
            "the routes are such as a server has room for"
        case .takesOtherTypes, .hidesHeaders: "every sample comes to a route that takes it"
        case .ignoresMessages, .refusesMessages: "every sample becomes at least one event"
        case .counts: "the same element gives the same items"
        case .differsByInstance: "another instance gives the same items"
        case .writesNUL: "the event API takes every item"
        case .looksUpTooMuch: "at most 8 events are looked up"
        case .hasNoIDs: "every item has an event ID"
        case .makesUpIDs, .countsIDs: "the event IDs are the same when an element comes again"
        case .sharesIDs: "different items of an element have different event IDs"
        case .takesAnything: "an element that is no message becomes no event"
        case .repairsTexts: "a message of JSON that was cut off becomes no event"
        case .isSilent, .isSilentAboutDamage: "an element that becomes no event gets a reason"
        case .saysNothing, .quotesAll: "reasons are sentences of at most 1000 bytes"
        case .multiplies, .multipliesReasons: "an element becomes at most as many items and reasons as it has bytes"
        case .continues, .inventsStatuses, .answersText, .answersNoContent:
            "every answer has a status from 200 to 599, and JSON or nothing"
        }
    }

    /// Other cases that catch it as well, because they can't be told apart from outside.
    var alsoCaughtBy: Set<String> {
        switch self {
        // Where nothing is taken, nothing that comes is taken.
        case .hasNoRoute, .takesPathsOfTheServer, .takesNoBody, .namesTypesInCapitals: ["every sample comes to a route that takes it"]
        default: []
        }
    }
}

/// Takes `{"run": "…", "assets": ["…"]}`, with at most one fault.
final class FakeReceiver: Receiver {
    private static let instances = Atomic(0)

    private let fault: ReceiverFault?
    private let instance = instances.add(1, ordering: .relaxed).newValue
    private let readings = Atomic(0)

    init(_ fault: ReceiverFault?) {
        self.fault = fault
    }

    static func subject(_ fault: ReceiverFault?) -> ReceiverSubject {
        let samples = [#"{"run":"r1","assets":["orders"]}"#, #"{"run":"r1","assets":["orders","customers"],"more":[]}"#].map { text in
            ReceivedElement(path: "/api/v1/fake", body: Array(text.utf8), headers: ["x-fake": "1"])
        }
        return ReceiverSubject(samples: samples) { ReceiverSetup(routes: routes(fault), receiver: FakeReceiver(fault)) }
    }

    private static func routes(_ fault: ReceiverFault?) -> [ReceiverRoute] {
        var route = ReceiverRoute("/api/v1/fake", headers: fault == .hidesHeaders ? [] : ["x-fake"])
        switch fault {
        case .hasNoRoute: return []
        case .takesPathsOfTheServer: route.path = "/metrics/fake"
        case .takesOnePathTwice: return [route, route]
        case .takesNoBody: route.bodies = []
        case .namesTypesInCapitals: route.bodies = [.init("Application/JSON", .single)]
        case .takesOtherTypes: route.bodies = [.init("text/csv", .lines)]
        default: break
        }
        return [route]
    }

    // MARK: Reading

    func lookups(for element: ReceivedElement) -> [EventID] {
        (0..<(fault == .looksUpTooMuch ? 9 : 1)).map { Self.id("\($0)") }
    }

    func read(_ element: ReceivedElement, found: [EventID: Event]) -> ReceivedReading {
        let count = readings.add(1, ordering: .relaxed).newValue
        guard let view = try? JSONView(element.body) else {
            if fault == .repairsTexts, element.body.starts(with: #"{"run":"r1","assets":["#.utf8) {
                return items(["orders"], "r1", count, 0)
            }
            if fault == .isSilentAboutDamage, element.body.starts(with: #"{"r"#.utf8) { return ReceivedReading() }
            return refused("It is no JSON: ", element)
        }
        guard let run = view["run"]?.text, let assets = view["assets"], assets.kind == .array else {
            if fault == .takesAnything, view.kind == .object { return items(["orders"], "r1", count, 0) }
            if fault == .isSilent { return ReceivedReading() }
            return refused("It names no run and assets: ", element)
        }
        if fault == .ignoresMessages { return ReceivedReading(unmapped: ["It does not matter."]) }
        if fault == .refusesMessages { return .refused("It comes on a Monday.") }
        return items(assets.elements.compactMap(\.text), run, count, element.body.count)
    }

    private func refused(_ reason: String, _ element: ReceivedElement) -> ReceivedReading {
        switch fault {
        case .saysNothing: return .refused(" ")
        case .quotesAll: return .refused(reason + String(decoding: element.body, as: UTF8.self))
        case .multipliesReasons:
            return ReceivedReading(unmapped: Array(repeating: "It is not known.", count: 2 * element.body.count + 100))
        default: return .refused(reason + String(decoding: element.body.prefix(20), as: UTF8.self))
        }
    }

    private func items(_ assets: [String], _ run: String, _ count: Int, _ size: Int) -> ReceivedReading {
        var reading = ReceivedReading()
        let known = assets.filter { !$0.isEmpty }
        if known.isEmpty { reading.unmapped = ["It names no asset."] }
        for index in 0..<(fault == .multiplies ? size + 100 : known.count) where !known.isEmpty {
            reading.items.append(item(known[index % known.count], index, run, count))
        }
        return reading
    }

    private func item(_ asset: String, _ index: Int, _ run: String, _ count: Int) -> EventItem {
        var item = EventItem(.materialization, of: AssetKey([asset]), eventID: Self.id("\(run) \(asset) \(index)"))
        switch fault {
        case .counts: item.description = "The \(count)th."
        case .differsByInstance: item.description = "From instance \(instance)."
        case .writesNUL: item.partition = "\u{0}"
        case .hasNoIDs: item.eventID = nil
        case .makesUpIDs: item.eventID = Self.id("\(instance) \(asset) \(index)")
        case .countsIDs: item.eventID = Self.id("\(count) \(asset) \(index)")
        case .sharesIDs: item.eventID = Self.id(run)
        default: break
        }
        return item
    }

    private static func id(_ text: String) -> EventID {
        Array(text.utf8).withUnsafeBytes { EventID(idempotencyKey: $0, deployment: "default", caller: "fake") }
    }

    // MARK: Answering

    func answer(_ results: ReceivingResults, to route: ReceiverRoute) -> ReceiverAnswer {
        switch fault {
        case .continues: ReceiverAnswer(status: 100)
        case .inventsStatuses: ReceiverAnswer(status: 600)
        case .answersText: ReceiverAnswer(json: Array("ok".utf8))
        case .answersNoContent: ReceiverAnswer(status: 204, json: results.json)
        default: ReceiverAnswer(status: results.isUseless ? 400 : 200, json: results.json)
        }
    }
}
