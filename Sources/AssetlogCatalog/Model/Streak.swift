import AssetlogCore

/// The latest of values that events report, and since when it has been the same.
///
/// What it holds does not depend on the order in which events come. One case needs the events again: another value, reported
/// late, that belongs between the latest one and the beginning of its streak. ``since`` is then nil until it is found in the log.
struct Streak<Value: Hashable & Sendable>: Hashable, Sendable {
    /// The value of the latest event.
    private(set) var value: Value
    /// The latest event.
    private(set) var last: EventTimeKey
    /// The latest event with another value; nil: there was none.
    private(set) var other: EventTimeKey?
    /// The earliest event after ``other``; nil: to be found.
    private(set) var since: EventTimeKey?

    /// Starts with the value of an event.
    init(_ value: Value, at key: EventTimeKey) {
        self.value = value
        last = key
        since = key
    }

    /// Adds the value of an event.
    mutating func add(_ added: Value, at key: EventTimeKey) {
        if added == value {
            last = max(last, key)
            guard let since, key < since, other.map({ $0 < key }) ?? true else { return }
            self.since = key
        } else if key > last {
            other = last
            (value, last, since) = (added, key, key)
        } else {
            other = max(other ?? key, key)
            if let since, since < key { self.since = nil }
        }
    }

    /// Adds events of which only the latest with each of two values is known, none of them later than ``last``.
    mutating func addOther(_ key: EventTimeKey) {
        other = max(other ?? key, key)
        if let since, since < key { self.since = nil }
    }

    /// Whether an event with the present value belongs to the streak.
    func contains(_ key: EventTimeKey) -> Bool {
        key <= last && other.map { $0 < key } ?? true
    }

    /// Sets the beginning that was found in the log.
    mutating func repair(since key: EventTimeKey) {
        since = key
    }

    func write(to writer: inout RecordWriter, _ body: (inout RecordWriter, Value) -> Void) {
        body(&writer, value)
        writer.write(last)
        writer.write(other) { $0.write($1) }
        writer.write(since) { $0.write($1) }
    }

    init(
        _ reader: inout RecordReader, _ body: (inout RecordReader) throws(DamagedRecord) -> Value
    ) throws(DamagedRecord) {
        value = try body(&reader)
        last = try reader.timeKey()
        other = try reader.optional { reader throws(DamagedRecord) in try reader.timeKey() }
        since = try reader.optional { reader throws(DamagedRecord) in try reader.timeKey() }
    }
}
