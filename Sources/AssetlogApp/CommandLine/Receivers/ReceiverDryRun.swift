import AssetlogCore

/// What a receiver would make of messages, without a server and without recording. Confined to one run.
final class ReceiverDryRun {
    /// What a message would become.
    struct Outcome {
        /// Its number, from 1.
        var number: Int
        /// The events.
        var events: [Event] = []
        /// What would not be recorded, and why.
        var problems: [String] = []
    }

    private let receiver: any Receiver
    private let path: String
    private let contentType: String?
    private let resolver: EventResolver
    // The events of the messages before, which a later one may ask for.
    private var known: [EventID: Event] = [:]
    private var count = 0

    /// Prepares for messages that come to a path.
    init(_ receiver: any Receiver, path: String, contentType: String?, limits: EventLimits = EventLimits()) {
        (self.receiver, self.path, self.contentType) = (receiver, path, contentType)
        resolver = EventResolver(limits: limits)
    }

    /// Reads a message.
    func read(_ message: [UInt8]) -> Outcome {
        count += 1
        let element = ReceivedElement(path: path, body: message, contentType: contentType)
        let ids = receiver.lookups(for: element).prefix(ReceivedElement.maximumLookups)
        let found = Dictionary(ids.compactMap { id in known[id].map { (id, $0) } }, uniquingKeysWith: { $1 })
        let reading = receiver.read(element, found: found)
        var outcome = Outcome(number: count, problems: (reading.refusal.map { [$0] } ?? []) + reading.unmapped)
        for item in reading.items {
            switch event(item) {
            case .success(let event) where known.updateValue(event, forKey: event.id) != nil:
                outcome.problems.append("It repeats the event \(event.id), which is recorded once.")
            case .success(let event): outcome.events.append(event)
            case .failure(let error): outcome.problems.append("\(item.assetKey): \(error.detail)")
            }
        }
        return outcome
    }

    private func event(_ item: EventItem) -> Result<Event, SubmissionError> {
        let now = Timestamp.now()
        var identities = EventIDGenerator()
        let id = identities.next(at: now)
        return item.json.withUnsafeBytes { json in
            Result { () throws(SubmissionError) in
                try resolver.resolve(json, deployment: "default", receivedAt: now, authorize: { _, _ in true }) { events in
                    events.columns(at: 0, id: events.id(at: 0) ?? id).event
                }
            }
        }
    }

    /// Cuts a file into messages: the elements of a JSON array, one on each line, or all of it.
    static func messages(in file: [UInt8]) -> [[UInt8]] {
        if let json = try? JSONView(file) { return json.kind == .array ? json.elements.map { Array($0.json) } : [file] }
        let lines = file.split(separator: UInt8(ascii: "\n")).map(Array.init).filter { line in
            line.contains { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") && $0 != UInt8(ascii: "\r") }
        }
        let isLines = lines.count > 1 && lines.allSatisfy { (try? JSONView($0)) != nil }
        return isLines ? lines : [file]
    }
}
