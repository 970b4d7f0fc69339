/// Which events a reader asks for, in which order, and how much of them.
@dynamicMemberLookup
public struct EventQuery: Hashable, Sendable {
    /// The direction of reading, and where it starts.
    public enum Order: Hashable, Sendable {
        /// Oldest first, from the event after this sequence.
        case ascending(after: Int64)
        /// Newest first, from the event before this sequence; nil: from the end of the log.
        case descending(before: Int64?)
        /// What happened last first: by timestamp, and those of one timestamp by sequence, from the event before this
        /// moment; nil: from the latest.
        ///
        /// An event that is reported late stands where it belongs, one that is dated ahead stands first. There need be
        /// no event at the moment.
        case latest(before: EventTimeKey?)
    }

    /// The direction of reading, and where it starts.
    public var order: Order
    /// At most so many events, at least 1.
    public var limit: Int
    /// Which events.
    public var filter: EventFilter
    /// The page ends after the event that reaches so many bytes of columns.
    public var maximumBytes: Int
    /// The page ends, even empty, after so many events that were looked at and did not pass the filter; at least 1.
    ///
    /// It bounds what one page costs, whatever is asked for. What an index leaves out was not looked at.
    public var maximumSkipped: Int

    /// Makes a query.
    public init(
        order: Order = .ascending(after: 0), limit: Int = 100, filter: EventFilter,
        maximumBytes: Int = 4 << 20, maximumSkipped: Int = 10_000
    ) {
        self.order = order
        self.limit = limit
        self.filter = filter
        self.maximumBytes = maximumBytes
        self.maximumSkipped = maximumSkipped
    }

    /// Makes a query with the filters that are used most; without arguments it reads the log of all deployments from its
    /// start.
    public init(
        order: Order = .ascending(after: 0), limit: Int = 100, deployment: String? = nil, assetKey: AssetKey? = nil,
        kinds: Set<EventKind>? = nil, from: Timestamp? = nil, to: Timestamp? = nil, maximumBytes: Int = 4 << 20
    ) {
        let filter = EventFilter(deployment: deployment, assetKey: assetKey, kinds: kinds, from: from, to: to)
        self.init(order: order, limit: limit, filter: filter, maximumBytes: maximumBytes)
    }

    /// Reads or sets one of the filters.
    public subscript<Value>(dynamicMember path: WritableKeyPath<EventFilter, Value>) -> Value {
        get { filter[keyPath: path] }
        set { filter[keyPath: path] = newValue }
    }

    /// Whether an event passes the filter; it does not look at the order, the limit or the bounds of the page.
    public func matches(_ event: Event) -> Bool { filter.matches(event) }
}

/// A part of the log, in the order that was asked for.
public struct EventPage: Hashable, Sendable {
    /// The events. Empty only at the end of what there is to read, or after ``EventQuery/maximumSkipped`` events that did
    /// not pass the filter; then ``continuation`` says which.
    public var events: [LoggedEvent]
    /// Where reading continues: in the order of the query, after the last event that was looked at, matching or not.
    ///
    /// Nil: nothing follows, and nothing was looked at. A page by sequence that has reached the end of the log continues
    /// there, because a log grows: a reader that follows it asks again from where it is, and no filter looks at an event twice.
    public var continuation: EventQuery.Order?
    /// How many events were looked at that did not pass the filter: at most ``EventQuery/maximumSkipped``.
    public var skipped: Int

    /// Makes a page; without arguments, one that says that nothing follows.
    public init(events: [LoggedEvent] = [], continuation: EventQuery.Order? = nil, skipped: Int = 0) {
        self.events = events
        self.continuation = continuation
        self.skipped = skipped
    }
}

extension EventQuery.Order {
    /// The same direction, from behind an event that stands there in time and in the log.
    public func after(_ event: EventTimeKey) -> EventQuery.Order {
        switch self {
        case .ascending: .ascending(after: event.sequence)
        case .descending: .descending(before: event.sequence)
        case .latest: .latest(before: event)
        }
    }
}

/// Where an event stands in time: by its timestamp, and among those of one timestamp by its sequence.
public struct EventTimeKey: Hashable, Comparable, Sendable {
    /// When it happened.
    public var timestamp: Timestamp
    /// Its sequence in the log.
    public var sequence: Int64

    /// Makes a time key.
    public init(timestamp: Timestamp, sequence: Int64) {
        self.timestamp = timestamp
        self.sequence = sequence
    }

    public static func < (left: EventTimeKey, right: EventTimeKey) -> Bool {
        (left.timestamp, left.sequence) < (right.timestamp, right.sequence)
    }
}

extension LoggedEvent {
    /// Where the event stands in time.
    public var timeKey: EventTimeKey { EventTimeKey(timestamp: event.timestamp, sequence: sequence) }
}
