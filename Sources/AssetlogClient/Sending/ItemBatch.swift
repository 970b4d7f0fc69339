public import AssetlogCore

/// What became of items of the event API that were sent together.
public struct BatchReceipt: Hashable, Sendable {
    /// An item that the server refuses.
    public struct Refusal: Hashable, Sendable {
        /// Which of the items it is, from 0.
        public var index: Int
        /// The status that it would have alone.
        public var status: Int
        /// What is wrong with it, in the server's words.
        public var detail: String
    }

    /// How many items were sent.
    public var received = 0
    /// How many events were recorded.
    public var recorded = 0
    /// How many events were in the log before, with the same content or another.
    public var duplicate = 0
    /// The items that the server refuses.
    public var refusals: [Refusal] = []

    /// Makes a receipt for nothing.
    public init() {}
}

extension AssetlogClient {
    /// The most bytes and items of a request: the server names as many refused items as it may, and has a limit for what it keeps.
    private static let maximumBytes = 4 << 20
    private static let maximumItems = 5000

    /// Reports items of the event API together, in as many requests as their size asks for.
    ///
    /// Every item should have an `event_id`, by which it is recorded once, however often it is sent. One that the log has with other
    /// content counts as a duplicate: the first stays.
    ///
    /// - Throws: ``ClientError`` when the server refuses a request, or has not answered within the time for a report. What was
    ///   recorded before stays recorded.
    public func report(_ items: [EventItem]) async throws -> BatchReceipt {
        var receipt = BatchReceipt()
        var (body, start) = ([UInt8](), 0)
        for (index, item) in items.enumerated() {
            let line = item.json
            if !body.isEmpty, body.count + line.count >= Self.maximumBytes || index - start >= Self.maximumItems {
                try await send(body, from: start, count: index - start, into: &receipt)
                (body, start) = ([], index)
            }
            body += line
            body.append(UInt8(ascii: "\n"))
        }
        if !body.isEmpty { try await send(body, from: start, count: items.count - start, into: &receipt) }
        return receipt
    }

    private func send(_ body: [UInt8], from start: Int, count: Int, into receipt: inout BatchReceipt) async throws {
        let answer = try await sendLines(body)
        guard let members = CanonicalJSON.members(ofObject: answer), let part = BatchAnswer(members) else {
            throw ClientError(.unavailable, "\(url) answers without the counts of what it recorded")
        }
        receipt.received += count
        receipt.recorded += part.recorded
        receipt.duplicate += part.duplicate
        for var refusal in part.refusals {
            guard !refusal.isConflict else {
                receipt.duplicate += 1
                continue
            }
            refusal.refusal.index += start
            receipt.refusals.append(refusal.refusal)
        }
    }
}

/// The answer of the event API to a batch.
struct BatchAnswer {
    struct Part {
        var refusal: BatchReceipt.Refusal
        /// Whether the log has an event of the same identity with other content.
        var isConflict: Bool
    }

    var recorded = 0
    var duplicate = 0
    var refusals: [Part] = []

    /// Nil: it is another answer.
    init?(_ members: [(name: String, value: [UInt8])]) {
        func number(_ name: String, in members: [(name: String, value: [UInt8])]) -> Int? {
            members.last { $0.name == name }.flatMap { Int(String(decoding: $0.value, as: UTF8.self)) }
        }
        guard let recorded = number("recorded", in: members), let duplicate = number("duplicate", in: members),
            number("received", in: members) != nil
        else { return nil }
        (self.recorded, self.duplicate) = (recorded, duplicate)
        let items = members.last { $0.name == "items" }.flatMap { CanonicalJSON.elements(ofArray: $0.value) } ?? []
        for item in items {
            guard let members = CanonicalJSON.members(ofObject: item), let index = number("index", in: members),
                let status = number("status", in: members), status >= 400
            else { continue }
            let problem = members.last { $0.name == "problem" }?.value ?? []
            let detail = CanonicalJSON.string("detail", inObject: problem) ?? "refused with \(status)"
            // The identities are valid, so there is nothing else to refuse in one.
            let isConflict = status == 422 && CanonicalJSON.string("pointer", inObject: problem) == "/event_id"
            refusals.append(Part(refusal: .init(index: index, status: status, detail: detail), isConflict: isConflict))
        }
    }
}
