import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// What became of the items of a submission, as its answer tells.
struct SubmissionResults {
    /// What became of one item.
    enum Fate {
        /// Its events are in the log; `isDuplicate` when they were before.
        case recorded(first: EventID, events: Int, isDuplicate: Bool)
        case refused(SubmissionError)
    }

    /// The most items that an answer names, so that it does not grow with the request.
    static let maximumListed = 10_000

    private let listsAll: Bool
    private(set) var received = 0
    private(set) var recorded = 0
    private(set) var duplicate = 0
    private(set) var refused = 0
    private(set) var sequences: ClosedRange<Int64>?
    private var items: [UInt8] = []
    private var listed = 0
    private var unlisted = 0
    /// Whether an item was refused for a reason that may be gone when it is sent again.
    private(set) var mayBeTakenLater = false

    private let noteRefusal: ((Int, SubmissionError) -> Void)?

    init(listsAll: Bool, noteRefusal: ((Int, SubmissionError) -> Void)? = nil) {
        self.listsAll = listsAll
        self.noteRefusal = noteRefusal
    }

    /// The bytes that the list takes of the memory.
    var capacityBytes: Int { items.capacity }

    var isEmpty: Bool { recorded == 0 && duplicate == 0 }

    mutating func receive() {
        received += 1
    }

    /// Counts events that were recorded, and remembers where.
    mutating func record(_ count: Int, at sequences: ClosedRange<Int64>?) {
        recorded += count
        guard let sequences else { return }
        self.sequences =
            self.sequences.map {
                min($0.lowerBound, sequences.lowerBound)...max($0.upperBound, sequences.upperBound)
            } ?? sequences
    }

    /// Counts events that were in the log before.
    mutating func repeated(_ count: Int, at sequence: Int64? = nil) {
        duplicate += count
        guard isReplay, let sequence else { return }
        record(0, at: sequence...sequence)
    }

    /// Whether duplicates are the events of the same request, sent before with the same Idempotency-Key.
    var isReplay = false

    /// Names an item, where the answer lists it.
    mutating func note(_ index: Int, _ fate: Fate) {
        if case .refused(let error) = fate {
            refused += 1
            if let noteRefusal { return noteRefusal(index, error) }
            if AnswerField.value(status: error.status) == AnswerField.later { mayBeTakenLater = true }
        } else if !listsAll {
            return
        }
        guard listed < Self.maximumListed else {
            unlisted += 1
            return
        }
        if listed > 0 { items.append(UInt8(ascii: ",")) }
        listed += 1
        append("{\"index\":\(index),")
        switch fate {
        case .recorded(let id, let events, let isDuplicate):
            append("\"status\":200,\"event_id\":\"\(id)\"")
            if events > 1 { append(",\"events\":\(events)") }
            if isDuplicate, !isReplay { append(",\"duplicate\":true") }
        case .refused(let error):
            append("\"status\":\(error.status),\"problem\":")
            error.appendProblem(to: &items)
        }
        append("}")
    }

    private mutating func append(_ text: String) {
        items.append(contentsOf: text.utf8)
    }

    /// The members of the answer, without the braces around them.
    func members() -> [UInt8] {
        // A replay is answered as the first time.
        let (recorded, duplicate) = isReplay ? (recorded + duplicate, 0) : (recorded, duplicate)
        var text = "\"received\":\(received),\"recorded\":\(recorded),\"duplicate\":\(duplicate),\"refused\":\(refused),"
        text += "\"first_sequence\":\(sequences.map { "\($0.lowerBound)" } ?? "null"),"
        text += "\"last_sequence\":\(sequences.map { "\($0.upperBound)" } ?? "null"),"
        if unlisted > 0 { text += "\"items_not_listed\":\(unlisted)," }
        return Array((text + "\"items\":[").utf8) + items + [UInt8(ascii: "]")]
    }
}

extension SubmissionError {
    /// Writes the error as problem details (RFC 9457).
    func appendProblem(to bytes: inout [UInt8]) {
        let title = HTTPResponse.Status.named(status).reasonPhrase
        bytes.append(contentsOf: "{\"type\":\"about:blank\",\"title\":\"\(title)\",\"status\":\(status),\"detail\":".utf8)
        CanonicalJSON.appendString(detail.utf8, to: &bytes)
        bytes.append(contentsOf: ",\"pointer\":".utf8)
        CanonicalJSON.appendString(pointer.utf8, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }
}
