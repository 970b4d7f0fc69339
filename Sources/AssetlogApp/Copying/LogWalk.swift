import AssetlogCore

/// Reads a log from a position to its end, one event after the other.
struct LogWalk {
    private let log: any LogReader
    private var page: ArraySlice<LoggedEvent> = []
    private var next: Int64

    /// How much is read at once.
    static let pageEvents = 5000

    init(_ log: any LogReader, after sequence: Int64 = 0) {
        self.log = log
        next = sequence
    }

    /// The next event; nil: there is none now.
    mutating func event() async throws -> LoggedEvent? {
        if page.isEmpty { page = try await read() }
        return page.popFirst()
    }

    /// All events that are at hand, or the next page of them; empty: there is none now.
    mutating func events() async throws -> ArraySlice<LoggedEvent> {
        defer { page = [] }
        return page.isEmpty ? try await read() : page
    }

    private mutating func read() async throws -> ArraySlice<LoggedEvent> {
        let found = try await log.events(EventQuery(order: .ascending(after: next), limit: Self.pageEvents, maximumBytes: 8 << 20))
        if case .ascending(let after)? = found.continuation { next = max(next, after) }
        return found.events[...]
    }
}
