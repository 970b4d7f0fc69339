import AssetlogCore

/// What became of an item.
struct Submission {
    var error: SubmissionError?
    var events: [Event] = []
    var contents: [EventContent] = []
    var fieldNames: [String] = []
    var clientChoice: ClientChoice = []

    var details: String? { events.first.map { String(decoding: $0.details, as: UTF8.self) } }
    var partitions: [String?] { events.map(\.partition) }
}

/// What an event says: what must be the same when it is sent again.
struct EventContent: Hashable {
    var kind: EventKind
    var assetKey: AssetKey
    var partition: String?
    var details: [UInt8]
    /// The one that the client gave; nil where the server's clock was taken.
    var timestamp: Timestamp?

    init(_ event: Event, _ choice: ClientChoice) {
        kind = event.kind
        assetKey = event.assetKey
        partition = event.partition
        details = event.details
        timestamp = choice.contains(.timestamp) ? event.timestamp : nil
    }
}

/// Takes items as the event route does, up to the events.
struct Submitter {
    var limits = EventLimits()
    var deployment = "default"
    var isAllowed = true
    static let now = Timestamp("2026-11-24T12:00:00Z")!

    func submit(_ item: String) -> Submission {
        submit(Array(item.utf8), with: EventResolver(limits: limits))
    }

    func submit(_ item: [UInt8], with resolver: EventResolver) -> Submission {
        item.withUnsafeBytes { item in
            do throws(SubmissionError) {
                return try resolver.resolve(
                    item, deployment: deployment, receivedAt: Self.now, authorize: { _, _ in isAllowed }, Self.submission)
            } catch {
                return Submission(error: error)
            }
        }
    }

    private static func submission(_ events: borrowing ResolvedEvents) -> Submission {
        var submission = Submission(fieldNames: events.fieldNames)
        for index in 0..<events.count {
            let id = events.id(at: index) ?? EventID(high: 1, low: UInt64(index))
            let columns = events.columns(at: index, id: id)
            submission.clientChoice = columns.clientChoice
            submission.events.append(columns.event)
            submission.contents.append(EventContent(columns.event, columns.clientChoice))
        }
        return submission
    }

    /// An item of the kind with the fields that it needs, and the members that are given.
    static func item(_ members: String, kind: String = "materialization") -> String {
        let needed = kind == "check" ? #","check_name":"c","passed":true"# : ""
        return #"{"kind":"\#(kind)","asset_key":"a"\#(needed)\#(members.isEmpty ? "" : ",")\#(members)}"#
    }
}
