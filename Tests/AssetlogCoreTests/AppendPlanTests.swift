import AssetlogCore
import Testing

@Suite("The plan of an append")
struct AppendPlanTests {
    /// An event named by a letter: the same letter is the same identity, and `x` in its details another content.
    private static func event(_ name: Character, _ details: String = "{}", deployment: String = "default") -> Event {
        Event(
            id: EventID(high: 7, low: UInt64(name.unicodeScalars.first?.value ?? 0)), deployment: deployment,
            kind: .check, assetKey: AssetKey(["a"]), timestamp: Timestamp(microseconds: 5),
            receivedAt: Timestamp(microseconds: 5), details: Array(details.utf8))
    }

    /// Makes a batch of a text: a letter is an event, a capital one has another content, `-` is an event of the server,
    /// parentheses are a group, brackets one that is inserted as a whole or not, braces one of which nothing is inserted, and
    /// a digit is an event of whose identity nothing is known.
    private static func batch(_ text: String) -> EventBatch {
        var characters = text.makeIterator()
        return batch(&characters)
    }

    // Up to the end of the text, or of the brackets or braces that were opened last.
    private static func batch(_ characters: inout String.Iterator) -> EventBatch {
        var batch = EventBatch()
        while let character = characters.next() {
            switch character {
            case "[", "{": batch.append(contentsOf: Self.batch(&characters))
            case "]", "}":
                batch.makeGroup(character == "]" ? .insertsAllOrNone : .insertsNone)
                return batch
            case "(": batch.beginGroup()
            case ")": batch.endGroup()
            case "-": batch.append(event(character))
            default:
                let isOther = character.isUppercase
                batch.append(
                    event(Character(character.lowercased()), isOther ? #"{"x":1}"# : "{}"), clientChoice: .identity)
            }
        }
        return batch
    }

    /// What becomes of a batch when the log holds the events `p`, `q` and `r` at the sequences 1 to 3, and ends at 9.
    private static func outcome(_ text: String) -> AppendOutcome {
        let logged = Dictionary(uniqueKeysWithValues: "pqr".enumerated().map { (event($0.element).id, $0) })
        return batch(text).plan { columns in
            if (0x30...0x39).contains(columns.id.low) { return .unknown }
            return columns.match(logged[columns.id].map { LoggedEvent(sequence: Int64($0.offset) + 1, event: event($0.element)) })
        }.outcome(after: 9)
    }

    @Test(
        "inserts what is new, and says what the rest is",
        arguments: [
            ("---", 3, ""), ("abc", 3, ""), ("apb", 2, "1 duplicate 1"), ("pqr", 0, "0 duplicate 1, 1 duplicate 2, 2 duplicate 3"),
            ("aRb", 2, "1 conflict 3"), ("-p-", 2, "1 duplicate 1"), ("a1b", 2, "1 unchecked"),
            // Within one batch.
            ("aa", 1, "1 duplicate 10"), ("paba", 2, "0 duplicate 1, 3 duplicate 10"), ("-abpb", 3, "3 duplicate 1, 4 duplicate 12"),
            ("aA", 1, "1 conflict 10"), ("aaAa", 1, "1 duplicate 10, 2 conflict 10, 3 duplicate 10"),
            ("PP", 0, "0 conflict 1, 1 conflict 1"),
        ])
    func single(_ text: String, _ inserted: Int, _ skippedEvents: String) {
        check(Self.outcome(text), inserted, skippedEvents)
    }

    @Test(
        "leaves out a group with a conflict as a whole",
        arguments: [
            ("(abc)", 3, ""), ("(apb)", 2, "1 duplicate 1"), ("(aa)", 1, "1 duplicate 10"),
            ("a(bPc)d", 2, "1 left 2, 2 conflict 1, 3 left 2"), ("(-P)", 0, "0 left 1, 1 conflict 1"),
            ("(aqP)", 0, "0 left 2, 1 duplicate 2, 2 conflict 1"), ("(aP)(bq)", 1, "0 left 1, 1 conflict 1, 3 duplicate 2"),
            ("(aA)", 0, "0 left 1, 1 conflict nil"), ("(aaA)", 0, "0 left 2, 1 left 2, 2 conflict nil"),
            // What a group left out is as if it had not been sent.
            ("(aP)a", 1, "0 left 1, 1 conflict 1"), ("(aP)A", 1, "0 left 1, 1 conflict 1"),
            ("a(aP)a", 1, "1 duplicate 10, 2 conflict 1, 3 duplicate 10"), ("a(bA)", 1, "1 left 2, 2 conflict 10"),
            ("(a1)b", 1, "0 left 1, 1 unchecked"), ("(a(bP)c)", 0, "0 left 2, 1 left 2, 2 conflict 1, 3 left 2"),
            ("(PQ)", 0, "0 conflict 1, 1 conflict 2"), ("()a()", 1, ""),
        ])
    func groups(_ text: String, _ inserted: Int, _ skippedEvents: String) {
        check(Self.outcome(text), inserted, skippedEvents)
    }

    @Test(
        "inserts a group that has to be whole, or known, as that or not at all",
        arguments: [
            ("[abc]", 3, ""), ("[pqr]", 0, "0 duplicate 1, 1 duplicate 2, 2 duplicate 3"), ("[]a{}", 1, ""),
            ("[pab]", 0, "0 duplicate 1, 1 left 1, 2 left 1"), ("[apq]", 0, "0 left 0, 1 duplicate 1, 2 duplicate 2"),
            ("[pqa]", 0, "0 duplicate 1, 1 duplicate 2, 2 left 2"), ("[aPb]", 0, "0 left 1, 1 conflict 1, 2 left 1"),
            ("[p1]", 0, "0 duplicate 1, 1 unchecked"), ("[(pq)a]", 0, "0 duplicate 1, 1 duplicate 2, 2 left 2"),
            // Next to others, and to another one of the same events.
            ("x[pa]y", 2, "1 duplicate 1, 2 left 2"), ("[ab][ab]", 2, "2 duplicate 10, 3 duplicate 11"),
            ("[ab][abc]", 2, "2 duplicate 10, 3 duplicate 11, 4 left 4"), ("[ab][a]", 2, "2 duplicate 10"),
            ("[pa][a]", 1, "0 duplicate 1, 1 left 1"),
            ("{pq}", 0, "0 duplicate 1, 1 duplicate 2"), ("{ab}", 0, "0 left 0, 1 left 0"), ("{pa}b", 1, "0 duplicate 1, 1 left 1"),
            ("{a}a", 1, "0 left 0"),
        ])
    func wholeGroups(_ text: String, _ inserted: Int, _ skippedEvents: String) {
        check(Self.outcome(text), inserted, skippedEvents)
    }

    @Test("moves the last events of a batch to another one, with all that they are")
    func takes() {
        var batch = Self.batch("-a(bc)dP")
        let all = batch.events
        var taken = batch.takeEvents(from: 2)
        #expect((batch.events, taken.events) == (Array(all[..<2]), Array(all[2...])))
        #expect((batch.clientIdentities, taken.clientIdentities) == (1, 4))
        #expect(batch.groups == [])
        #expect(taken.groups == [])
        #expect(batch.byteCount + taken.byteCount == Self.batch("-a(bc)dP").byteCount)
        taken.setID(EventID(high: 1, low: 2), at: 3)
        batch.append(contentsOf: taken)
        #expect(batch.events.map(\.details) == all.map(\.details))
        #expect(batch.events.last?.id == EventID(high: 1, low: 2))
        let rest = batch.takeEvents(from: 6).count
        #expect(rest == 0)
    }

    private func check(_ outcome: AppendOutcome, _ inserted: Int, _ skippedEvents: String) {
        #expect(outcome.sequences == (inserted > 0 ? 10...9 + Int64(inserted) : nil))
        let texts = outcome.skippedEvents.map { exception in
            switch exception.reason {
            case .duplicate(let sequence): "\(exception.index) duplicate \(sequence)"
            case .conflict(let sequence): "\(exception.index) conflict \(sequence.map(String.init) ?? "nil")"
            case .indeterminate: "\(exception.index) unchecked"
            case .groupAborted(let culprit): "\(exception.index) left \(culprit)"
            }
        }
        #expect(texts.joined(separator: ", ") == skippedEvents)
    }

    @Test("names the indices of what is inserted, in order")
    func insertions() {
        let plan = Self.batch("pab(cP)dq").plan { $0.id.low == 0x70 || $0.id.low == 0x71 ? .event(sequence: 1, isSame: false) : .none }
        #expect(plan.insertions == [1..<3, 5..<6])
        #expect(plan.insertionCount == 3)
        #expect(EventBatch().plan { _ in .none }.insertions.isEmpty)
    }

    @Test("asks only for identities that clients chose, and for each once")
    func asks() {
        var asked: [UInt64] = []
        _ = Self.batch("-aab-").plan { columns in
            asked.append(columns.id.low)
            return .none
        }
        #expect(asked == [0x61, 0x62])
    }

    @Test("takes one identity in two deployments for two events, which differ when their bytes do")
    func deployments() {
        var batch = EventBatch()
        for deployment in ["default", "prod", "\u{e9}", "e\u{301}", "prod"] {
            batch.append(Self.event("a", deployment: deployment), clientChoice: .identity)
        }
        let outcome = batch.plan { _ in .none }.outcome(after: 0)
        #expect(outcome == AppendOutcome(sequences: 1...4, skippedEvents: [SkippedEvent(index: 4, reason: .duplicate(sequence: 2))]))
        let numbers = [
            EventIdentity(EventID(high: 1, low: 2), in: "\u{e9}"): 1, EventIdentity(EventID(high: 1, low: 2), in: "e\u{301}"): 2,
        ]
        #expect(numbers[EventIdentity(EventID(high: 1, low: 2), in: "\u{e9}")] == 1)
    }

    @Test(
        "gives the outcome of a part as if it had been the batch",
        arguments: [(0..<2, "aP"), (2..<4, "bq"), (4..<6, "cb"), (6..<7, "d"), (1..<2, "P")])
    func parts(_ range: Range<Int>, _ text: String) {
        // Of the whole: a inserted, P conflict, b inserted, q duplicate, c inserted, b duplicate, d inserted.
        let part = Self.outcome("aPbqcbd").part(range)
        let whole = Self.outcome("aPbqcbd")
        #expect(part.skippedEvents.map(\.reason) == whole.skippedEvents.filter { range.contains($0.index) }.map(\.reason))
        #expect(part.skippedEvents.allSatisfy { whole.skippedEvent(at: $0.index + range.lowerBound) == $0.reason })
        let before = Int64(range.lowerBound - whole.skippedEvents.count { $0.index < range.lowerBound })
        let inserted = Int64(range.count - part.skippedEvents.count)
        #expect(part.sequences == (inserted > 0 ? 10 + before...9 + before + inserted : nil))
    }

    @Test("keeps choices and groups when batches are joined, and forgets them when it is cleared")
    func joined() {
        var batch = Self.batch("a(b)")
        batch.append(contentsOf: Self.batch("-(cP)d"))
        #expect(batch.count == 6)
        #expect(batch.clientIdentities == 5)
        #expect(batch.groups == [1..<2, 3..<5])
        #expect(batch.events == Self.batch("ab-cPd").events)
        #expect(batch.withColumns(at: 2) { $0.clientChoice } == [])
        #expect(batch.withColumns(at: 4) { $0.clientChoice } == .identity)
        let outcome = batch.plan { $0.id.low == 0x70 ? .event(sequence: 1, isSame: false) : .none }.outcome(after: 9)
        #expect(outcome.part(2..<6) == Self.outcome("-(cP)d").part(0..<4).shifted(by: 2))
        batch.removeAll()
        #expect(batch.groups.isEmpty)
        #expect(batch.clientIdentities == 0)
    }
}

extension AppendOutcome {
    /// The same with later sequences.
    fileprivate func shifted(by distance: Int64) -> AppendOutcome {
        AppendOutcome(
            sequences: sequences.map { $0.lowerBound + distance...$0.upperBound + distance }, skippedEvents: skippedEvents)
    }
}

@Suite("The content of an event")
struct EventContentTests {
    private static let logged = Event(
        id: EventID(high: 1, low: 1), deployment: "default", kind: .materialization, assetKey: AssetKey(["a"]),
        partition: "p", timestamp: Timestamp(microseconds: 8), receivedAt: Timestamp(microseconds: 8),
        reportedBy: "spark", details: Array(#"{"description":"d"}"#.utf8))

    /// What a test changes in an event, with a name.
    struct Change: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let isSame: Bool
        var choice: ClientChoice = .identity
        var timestampOfLogged: Int64 = 8
        let change: @Sendable (inout Event) -> Void
    }

    @Test(
        "is what the client said, and not what the server added",
        arguments: [
            Change(testDescription: "nothing", isSame: true) { _ in },
            Change(testDescription: "receipt", isSame: true) {
                $0.receivedAt.microseconds = 900
                $0.timestamp.microseconds = 900
            },
            Change(testDescription: "reporter", isSame: true) { $0.reportedBy = nil },
            Change(testDescription: "kind", isSame: false) { $0.kind = .observation },
            Change(testDescription: "asset", isSame: false) { $0.assetKey = AssetKey(["A"]) },
            Change(testDescription: "no partition", isSame: false) { $0.partition = nil },
            Change(testDescription: "empty partition", isSame: false) { $0.partition = "" },
            Change(testDescription: "details", isSame: false) { $0.details = Array(#"{"description":"e"}"#.utf8) },
            Change(testDescription: "longer details", isSame: false) { $0.details += [0x20] },
            Change(testDescription: "another timestamp of the client", isSame: false, choice: [.identity, .timestamp]) {
                $0.timestamp.microseconds = 7
            },
            Change(
                testDescription: "the same timestamp of the client", isSame: true, choice: [.identity, .timestamp],
                timestampOfLogged: 3
            ) {
                $0.timestamp.microseconds = 3
                $0.receivedAt.microseconds = 3
            },
            Change(testDescription: "no timestamp any more", isSame: false, timestampOfLogged: 3) { _ in },
            Change(testDescription: "a timestamp at last", isSame: false, choice: [.identity, .timestamp]) {
                $0.timestamp.microseconds = 9
            },
        ])
    func content(_ change: Change) {
        var logged = Self.logged
        logged.timestamp.microseconds = change.timestampOfLogged
        var event = Self.logged
        change.change(&event)
        let match = event.withColumns(change.choice) { $0.match(LoggedEvent(sequence: 4, event: logged)) }
        #expect(match == .event(sequence: 4, isSame: change.isSame))
        #expect(event.withColumns(change.choice) { $0.match(nil) } == .none)
    }
}
