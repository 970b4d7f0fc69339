import AssetlogCore

/// An instance of a receiver, and the server's part: events are looked up, and what items say is recorded.
struct ReceiverFixture {
    /// When everything is received.
    static let receivedAt = Timestamp.now()

    let subject: ReceiverSubject
    let setup: ReceiverSetup

    init(_ subject: ReceiverSubject) throws {
        try expect(!subject.samples.isEmpty, "The subject has no samples; without them nothing can be said about its receiver.")
        self.subject = subject
        setup = try subject.make()
    }

    /// Another instance of the same receiver.
    func another() throws -> ReceiverFixture { try ReceiverFixture(subject) }

    /// Reads an element of which the log has no event.
    func read(_ element: ReceivedElement) -> ReceivedReading {
        setup.receiver.read(element, found: [:])
    }

    /// What the receiver reads in the samples, one after the other, where the log has what those before have become.
    func readings() -> [ReceivedReading] {
        var log: [EventID: Event] = [:]
        return subject.samples.map { sample in
            let ids = setup.receiver.lookups(for: sample).prefix(ReceivedElement.maximumLookups)
            let found = log.filter { ids.contains($0.key) }
            let reading = setup.receiver.read(sample, found: found)
            for item in reading.items {
                // What the event API does not take is a case of its own.
                for event in (try? Self.events(of: item)) ?? [] where log[event.id] == nil { log[event.id] = event }
            }
            return reading
        }
    }

    /// The events that the event API makes of an item.
    static func events(of item: EventItem) throws(SubmissionError) -> [Event] {
        let json = item.json
        var generator = EventIDGenerator()
        let resolver = EventResolver()
        let result = json.withUnsafeBytes { bytes in
            Result { () throws(SubmissionError) in
                try resolver.resolve(bytes, deployment: "default", receivedAt: receivedAt, authorize: { _, _ in true }) { events in
                    (0..<events.count).map { index in
                        events.columns(at: index, id: events.id(at: index) ?? generator.next(at: receivedAt)).event
                    }
                }
            }
        }
        return try result.get()
    }

    /// The kinds of requests that the routes take: the path and the Content-Type of each.
    var entrances: [(path: String, contentType: String?)] {
        setup.routes.flatMap { route in
            route.bodies.flatMap { body -> [(path: String, contentType: String?)] in
                body.mediaType == "*" ? [(route.path, "application/octet-stream"), (route.path, nil)] : [(route.path, body.mediaType)]
            }
        }
    }

    /// Elements that are no messages of any protocol, at every entrance.
    var unknownElements: [(name: String, element: ReceivedElement)] {
        entrances.flatMap { entrance in
            HostileInput.all.map { input in
                (
                    "\(input.name) at \(entrance.path)",
                    ReceivedElement(path: entrance.path, body: input.bytes, contentType: entrance.contentType)
                )
            }
        }
    }

    /// The samples, cut off in many places.
    var truncatedSamples: [(name: String, element: ReceivedElement)] {
        subject.samples.enumerated().flatMap { index, sample in
            HostileInput.truncated(sample).map { ("sample \(index), \($0.name)", $0.element) }
        }
    }

    /// The samples, changed in many places: most are no messages any more, and none may do harm.
    var damagedSamples: [(name: String, element: ReceivedElement)] {
        subject.samples.enumerated().flatMap { index, sample in
            HostileInput.damaged(sample).map { ("sample \(index), \($0.name)", $0.element) }
        }
    }
}

extension ReceivedReading {
    /// All that it says in words.
    var reasons: [String] { unmapped + (refusal.map { [$0] } ?? []) }
}

extension EventItem {
    /// The item under no identity.
    var anonymous: EventItem {
        var item = self
        item.eventID = nil
        return item
    }
}
