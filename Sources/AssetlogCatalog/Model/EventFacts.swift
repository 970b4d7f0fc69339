import AssetlogCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What the catalog takes from an event. The bytes are borrowed from its details.
struct EventFacts {
    let kind: EventKind
    let reference: EventReference
    let partition: String?
    let reportedBy: String?
    let receivedAt: Timestamp
    /// The length of the details.
    let detailBytes: Int
    /// The values of the members of the details, as they are written there.
    private(set) var description: UnsafeRawBufferPointer?
    private(set) var dataVersion: UnsafeRawBufferPointer?
    private(set) var tags: UnsafeRawBufferPointer?
    private(set) var metadata: UnsafeRawBufferPointer?
    private(set) var checkName: UnsafeRawBufferPointer?
    private(set) var failure: UnsafeRawBufferPointer?
    private(set) var upstream: UnsafeRawBufferPointer?
    private var passed: UnsafeRawBufferPointer?
    private var severity: UnsafeRawBufferPointer?
    private var blocking: UnsafeRawBufferPointer?

    var key: EventTimeKey { reference.timeKey }

    /// Lends the facts of an event to `body`.
    static func with<Result>(_ event: LoggedEvent, _ body: (EventFacts) throws -> Result) rethrows -> Result {
        try event.event.details.withUnsafeBytes { try body(EventFacts(event, $0)) }
    }

    private init(_ event: LoggedEvent, _ details: UnsafeRawBufferPointer) {
        kind = event.event.kind
        reference = EventReference(id: event.event.id, timeKey: event.timeKey)
        partition = event.event.partition
        reportedBy = event.event.reportedBy
        receivedAt = event.event.receivedAt
        detailBytes = details.count
        var members = DetailMembers(details)
        while let (name, value) = members.next() {
            switch name.count {
            case 4 where Self.is(name, "tags"): tags = value
            case 6 where Self.is(name, "passed"): passed = value
            case 7 where Self.is(name, "failure"): failure = value
            case 8 where Self.is(name, "metadata"): metadata = value
            case 8 where Self.is(name, "severity"): severity = value
            case 8 where Self.is(name, "blocking"): blocking = value
            case 8 where Self.is(name, "upstream"): upstream = value
            case 10 where Self.is(name, "check_name"): checkName = value
            case 11 where Self.is(name, "description"): description = value
            case 12 where Self.is(name, "data_version"): dataVersion = value
            default: break
            }
        }
    }

    private static func `is`(_ name: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        name.count == text.utf8CodeUnitCount && memcmp(name.baseAddress!, text.utf8Start, name.count) == 0
    }

    /// Of a check: its result; nil: the details have none.
    var outcome: CheckRecord.Outcome? {
        guard let passed else { return nil }
        return CheckRecord.Outcome(
            passed: passed.first == UInt8(ascii: "t"), isError: severity.map { !Self.is($0, "\"WARN\"") } ?? true,
            isBlocking: blocking.map { $0.first == UInt8(ascii: "t") })
    }

    /// Of a check with a result: the rows that it belongs to; else none.
    var checkNames: [CheckName] {
        guard kind == .check, outcome != nil, let name = checkName.flatMap(JSONString.text).map(ByteText.init) else { return [] }
        return [.overall, partition.map { .partition(ByteText($0)) } ?? .wholeAsset].map { CheckName(name: name, part: $0) }
    }

    /// Of a failure: its reason and the beginning of its message.
    var failureTexts: (reason: String?, message: String?) {
        guard let failure else { return (nil, nil) }
        var (reason, message): (String?, String?)
        var members = DetailMembers(failure)
        while let (name, value) = members.next() {
            if Self.is(name, "reason") { reason = JSONString.text(value) }
            if Self.is(name, "message") { message = JSONString.text(value) }
        }
        return (reason, message.map { Self.cut($0, to: CatalogLimits.messageBytes) })
    }

    /// The beginning of a text that has at most so many bytes of UTF-8.
    static func cut(_ text: String, to bytes: Int) -> String {
        guard text.utf8.count > bytes else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: bytes)
        while end > text.utf8.startIndex, text.utf8[end] & 0xc0 == 0x80 { end = text.utf8.index(before: end) }
        return String(decoding: text.utf8[..<end], as: UTF8.self)
    }

    /// Calls `body` with each numeric label, as the content of a JSON string, and its value.
    func forEachNumber(_ body: (UnsafeRawBufferPointer, Double) -> Void) {
        guard let metadata else { return }
        var labels = DetailMembers(metadata)
        while let (label, typed) = labels.next() {
            var (type, value): (UnsafeRawBufferPointer?, UnsafeRawBufferPointer?)
            var members = DetailMembers(typed)
            while let member = members.next() {
                if Self.is(member.name, "type") { type = member.value } else if Self.is(member.name, "value") { value = member.value }
            }
            guard let type, Self.is(type, "\"int\"") || Self.is(type, "\"float\""), let number = value.flatMap(JSONNumber.double),
                ExactSum.accepts(number)
            else { continue }
            // Minus zero would be the least of two zeros by chance.
            body(label, number + 0)
        }
    }
}
