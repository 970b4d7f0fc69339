/// An item of the event API as a value: what a receiver makes of a foreign message, and a reader of a result file of its entries.
///
/// It has the fields of `POST /api/v1/events`, which decides what they may be; see `Docs/API.md`.
public struct EventItem: Hashable, Sendable {
    /// A value of metadata.
    public enum Value: Hashable, Sendable {
        /// Text.
        case text(String)
        /// A whole number.
        case integer(Int64)
        /// A number; what is no number becomes a text of its name.
        case number(Double)
        /// A truth value.
        case boolean(Bool)
        /// An address.
        case url(String)
        /// A path of a file.
        case path(String)
        /// Markdown.
        case markdown(String)
        /// A point in time.
        case time(Timestamp)
        /// Any JSON, shown as it is.
        case json([UInt8])
        /// The columns of a table.
        case columns([Column])
        /// A value of a type of the event API, by the type's name, such as `table`, and the value's JSON.
        case typed(String, [UInt8])
    }

    /// A column of a table.
    public struct Column: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Its type, in the words of where it is; nil: not known.
        public var type: String?
        /// What it holds, in words.
        public var description: String?

        /// Makes a column.
        public init(name: String, type: String? = nil, description: String? = nil) {
            self.name = name
            self.type = type
            self.description = description
        }
    }

    /// The materialization that a check speaks of.
    public enum Target: Hashable, Sendable {
        /// That of this event.
        case event(EventID)
        /// That of this version of the data.
        case dataVersion(String)
    }

    /// The result of a check.
    public struct Check: Hashable, Sendable {
        /// The check.
        public var name: String
        /// Whether it found nothing wrong.
        public var passed: Bool
        /// Whether a failure is only a warning.
        public var isWarning: Bool
        /// Whether a failure holds up what comes after; nil: nobody said.
        public var isBlocking: Bool?
        /// The materialization that was checked; nil: nobody said.
        public var target: Target?

        /// Makes a result.
        public init(name: String, passed: Bool, isWarning: Bool = false, isBlocking: Bool? = nil, target: Target? = nil) {
            self.name = name
            self.passed = passed
            self.isWarning = isWarning
            self.isBlocking = isBlocking
            self.target = target
        }
    }

    /// Why an asset was not materialized.
    public struct Failure: Hashable, Sendable {
        /// The reason; nil: that the materialization failed.
        public var reason: FailureReason?
        /// The message.
        public var message: String?

        /// Makes a failure.
        public init(reason: FailureReason? = nil, message: String? = nil) {
            self.reason = reason
            self.message = message
        }
    }

    /// The kind of the event.
    public var kind: EventKind
    /// The asset.
    public var assetKey: AssetKey
    /// The identity; the same for the same message, however often it comes. Nil: each time another event.
    public var eventID: EventID?
    /// When it happened; nil: when it was received.
    public var timestamp: Timestamp?
    /// The partition; nil: the whole asset.
    public var partition: String?
    /// Words for people.
    public var description: String?
    /// The version of the data, of materializations and observations.
    public var dataVersion: String?
    /// The tags; of equal names the last counts.
    public var tags: [(name: String, value: String)] = []
    /// The metadata; of equal labels the last counts.
    public var metadata: [(label: String, value: Value)] = []
    /// The assets that the data was made from. Checks have none.
    public var upstream: [AssetKey] = []
    /// The result, of a check.
    public var check: Check?
    /// Why it was not materialized, of a failure or a skip.
    public var failure: Failure?

    /// Makes an item.
    public init(_ kind: EventKind, of assetKey: AssetKey, eventID: EventID? = nil, timestamp: Timestamp? = nil) {
        self.kind = kind
        self.assetKey = assetKey
        self.eventID = eventID
        self.timestamp = timestamp
    }

    /// Makes the item of a check's result.
    public init(_ check: Check, of assetKey: AssetKey, eventID: EventID? = nil, timestamp: Timestamp? = nil) {
        self.init(.check, of: assetKey, eventID: eventID, timestamp: timestamp)
        self.check = check
    }

    /// The item as JSON.
    public var json: [UInt8] {
        var output: [UInt8] = []
        append(to: &output)
        return output
    }
}

// MARK: Equality

// Two items are equal when they say the same, byte for byte. (Swift's texts are equal when they only look alike.)
extension EventItem {
    /// Whether two items say the same.
    public static func == (left: EventItem, right: EventItem) -> Bool { left.json == right.json }

    /// Hashes what it says.
    public func hash(into hasher: inout Hasher) { hasher.combine(json) }
}

// MARK: JSON

extension EventItem {
    /// Appends the item as JSON.
    public func append(to output: inout [UInt8]) {
        output.append("{\"kind\":\"\(kind.name)\",\"asset_key\":")
        output.append(assetKey.canonical)
        output.append(member: "event_id", eventID?.description)
        output.append(member: "timestamp", timestamp?.description)
        output.append(member: "partition", partition)
        output.append(member: "description", description)
        if kind != .check { appendUpstream(to: &output) }
        if kind == .materialization || kind == .observation { output.append(member: "data_version", dataVersion) }
        appendCheck(to: &output)
        appendFailure(to: &output)
        output.append(object: "tags", tags.lazy.map { ($0.name, $0.value) }) { CanonicalJSON.appendString($0.utf8, to: &$1) }
        output.append(object: "metadata", metadata.lazy.map { ($0.label, $0.value) }) { $0.append(to: &$1) }
        output.append(UInt8(ascii: "}"))
    }

    private func appendUpstream(to output: inout [UInt8]) {
        guard !upstream.isEmpty else { return }
        output.append(",\"upstream\":[")
        for (index, key) in upstream.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.append(key.canonical)
        }
        output.append(UInt8(ascii: "]"))
    }

    private func appendCheck(to output: inout [UInt8]) {
        guard let check else { return }
        output.append(member: "check_name", check.name)
        output.append(",\"passed\":\(check.passed),\"severity\":\"\(check.isWarning ? "WARN" : "ERROR")\"")
        if let isBlocking = check.isBlocking { output.append(",\"blocking\":\(isBlocking)") }
        guard let target = check.target else { return }
        output.append(",\"target\":{")
        switch target {
        case .event(let id): output.append("\"event_id\":\"\(id)\"}")
        case .dataVersion(let version):
            output.append("\"data_version\":")
            CanonicalJSON.appendString(version.utf8, to: &output)
            output.append("}")
        }
    }

    private func appendFailure(to output: inout [UInt8]) {
        guard let failure else { return }
        output.append(",\"failure\":{\"reason\":\"\((failure.reason ?? .failedToMaterialize).rawValue)\"")
        output.append(member: "message", failure.message)
        output.append(UInt8(ascii: "}"))
    }
}

extension EventItem.Value {
    fileprivate func append(to output: inout [UInt8]) {
        switch self {
        case .text(let text): Self.append("text", text, to: &output)
        case .url(let text): Self.append("url", text, to: &output)
        case .path(let text): Self.append("path", text, to: &output)
        case .markdown(let text): Self.append("md", text, to: &output)
        case .integer(let number): Self.append("int", json: "\(number)".utf8, to: &output)
        case .boolean(let flag): Self.append("bool", json: "\(flag)".utf8, to: &output)
        case .number(let number): Self.append("float", json: Self.literal(number).utf8, to: &output)
        case .time(let time): Self.append("timestamp", json: "\(Double(time.microseconds) / 1_000_000)".utf8, to: &output)
        case .json(let json): Self.append("json", json: json, to: &output)
        case .columns(let columns): Self.append("table_schema", json: Self.schema(columns), to: &output)
        case .typed(let type, let json):
            output.append("{\"type\":")
            CanonicalJSON.appendString(type.utf8, to: &output)
            output.append(",\"raw_value\":")
            output.append(contentsOf: json)
            output.append(UInt8(ascii: "}"))
        }
    }

    private static func append(_ type: StaticString, _ text: String, to output: inout [UInt8]) {
        var json: [UInt8] = []
        CanonicalJSON.appendString(text.utf8, to: &json)
        append(type, json: json, to: &output)
    }

    private static func append(_ type: StaticString, json: some Sequence<UInt8>, to output: inout [UInt8]) {
        output.append("{\"type\":\"\(type)\",\"raw_value\":")
        output.append(contentsOf: json)
        output.append(UInt8(ascii: "}"))
    }

    private static func literal(_ number: Double) -> String {
        if number.isNaN { return "\"NaN\"" }
        if number.isInfinite { return number < 0 ? "\"-Infinity\"" : "\"Infinity\"" }
        return "\(number)"
    }

    private static func schema(_ columns: [EventItem.Column]) -> [UInt8] {
        var json = Array("{\"columns\":[".utf8)
        for (index, column) in columns.enumerated() {
            json.append(index == 0 ? "{\"name\":" : ",{\"name\":")
            CanonicalJSON.appendString(column.name.utf8, to: &json)
            json.append(member: "type", column.type)
            json.append(member: "description", column.description)
            json.append(UInt8(ascii: "}"))
        }
        return json + "]}".utf8
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ text: String) { append(contentsOf: text.utf8) }

    /// Appends a member that is an object, unless it is empty.
    fileprivate mutating func append<Value>(
        object name: String, _ members: some Collection<(String, Value)>, _ write: (Value, inout [UInt8]) -> Void
    ) {
        guard !members.isEmpty else { return }
        append(",\"\(name)\":{")
        for (index, (name, value)) in members.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            CanonicalJSON.appendString(name.utf8, to: &self)
            append(UInt8(ascii: ":"))
            write(value, &self)
        }
        append(UInt8(ascii: "}"))
    }

    fileprivate mutating func append(member name: String, _ text: String?) {
        guard let text else { return }
        append(",\"\(name)\":")
        CanonicalJSON.appendString(text.utf8, to: &self)
    }
}
