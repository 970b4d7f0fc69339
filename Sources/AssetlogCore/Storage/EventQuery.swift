/// Which events a reader asks for.
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
        case latest(before: EventMoment?)
    }

    /// The direction of reading, and where it starts.
    public var order: Order
    /// At most so many events, at least 1.
    public var limit: Int
    /// Only events of this deployment; nil: of all.
    public var deployment: String?
    /// Only events of this asset.
    public var assetKey: AssetKey?
    /// Only events of this kind.
    public var kind: EventKind?
    /// Only events that happened at this time or later.
    public var from: Timestamp?
    /// Only events that happened before this time.
    public var to: Timestamp?
    /// The page ends after the event that reaches so many bytes of columns.
    public var maximumBytes: Int

    /// Makes a query; without arguments it reads the log of all deployments from its start.
    public init(
        order: Order = .ascending(after: 0), limit: Int = 100, deployment: String? = nil, assetKey: AssetKey? = nil,
        kind: EventKind? = nil, from: Timestamp? = nil, to: Timestamp? = nil, maximumBytes: Int = 4 << 20
    ) {
        self.order = order
        self.limit = limit
        self.deployment = deployment
        self.assetKey = assetKey
        self.kind = kind
        self.from = from
        self.to = to
        self.maximumBytes = maximumBytes
    }

    /// Whether an event passes the filters; it does not look at the order, the limit or the bytes of the page.
    ///
    /// Texts are compared by their bytes, as a database does.
    public func matches(_ event: Event) -> Bool {
        (deployment.map { event.deployment.utf8.elementsEqual($0.utf8) } ?? true)
            && (assetKey == nil || event.assetKey == assetKey)
            && (kind == nil || event.kind == kind)
            && (from.map { event.timestamp >= $0 } ?? true)
            && (to.map { event.timestamp < $0 } ?? true)
    }
}

/// A part of the log, in the order that was asked for.
public struct EventPage: Hashable, Sendable {
    /// The events. Empty only at the end of what the reader may see.
    public var events: [LoggedEvent]
    /// The sequence to go on from.
    ///
    /// Read by sequence, it is the last one that was looked at, matching or not; where nothing was, the start of the
    /// query. Read by ``EventQuery/Order/latest(before:)``, it is that of the page's last event; where there is none,
    /// that of the query's moment, or 0.
    public var next: Int64

    /// Makes a page.
    public init(events: [LoggedEvent], next: Int64) {
        self.events = events
        self.next = next
    }
}

extension EventQuery.Order {
    /// The order that goes on where a page of this order has ended.
    public func following(_ page: EventPage) -> EventQuery.Order {
        switch self {
        case .ascending: .ascending(after: page.next)
        case .descending: .descending(before: page.next)
        case .latest(let moment): .latest(before: page.events.last?.moment ?? moment)
        }
    }

    /// ``EventPage/next`` of a page for which nothing was looked at.
    public var start: Int64 {
        switch self {
        case .ascending(let after): after
        case .descending(let before): before ?? 0
        case .latest(let before): before?.sequence ?? 0
        }
    }
}

/// Where an event stands in time: by its timestamp, and among those of one timestamp by its sequence.
public struct EventMoment: Hashable, Comparable, Sendable {
    /// When it happened.
    public var timestamp: Timestamp
    /// Its place in the log.
    public var sequence: Int64

    /// Makes a moment.
    public init(timestamp: Timestamp, sequence: Int64) {
        self.timestamp = timestamp
        self.sequence = sequence
    }

    public static func < (left: EventMoment, right: EventMoment) -> Bool {
        (left.timestamp, left.sequence) < (right.timestamp, right.sequence)
    }
}

extension LoggedEvent {
    /// Where the event stands in time.
    public var moment: EventMoment { EventMoment(timestamp: event.timestamp, sequence: sequence) }
}
