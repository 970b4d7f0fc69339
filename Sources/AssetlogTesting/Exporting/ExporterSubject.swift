public import AssetlogCore

/// An exporter that is put to the test: how its destinations are made, and what it promises.
public struct ExporterSubject: Sendable {
    /// What a destination shows when a batch was delivered twice.
    public enum Delivery: Hashable, Sendable {
        /// Every event once: the exporter knows what the destination has, and says so by `position()`.
        case exactlyOnce
        /// Every event, some twice; the reason says why it can't be better.
        case atLeastOnce(reason: String)
    }

    /// What a destination shows when a batch was delivered twice.
    public var delivery: Delivery
    /// Makes an empty destination that is independent of all others.
    public var makeDestination: @Sendable () async throws -> ExporterDestination

    /// Describes an exporter.
    public init(
        delivery: Delivery = .exactlyOnce,
        makeDestination: @escaping @Sendable () async throws -> ExporterDestination
    ) {
        self.delivery = delivery
        self.makeDestination = makeDestination
    }
}

/// A destination of an exporter under test: a file, a directory, a fake server.
public struct ExporterDestination: Sendable {
    /// Opens the exporter on this destination. The suite opens it again after it closed it, and after it let go of it
    /// without closing, which stands for a crash: what the end of a process frees must be freed then as well.
    public var open: @Sendable () async throws -> any Exporter
    /// Reads back what the destination shows, oldest first, without the exporter's help.
    public var shown: @Sendable () async throws -> [ExportedEvent]
    /// Leaves the destination as a crash in the middle of a write would; nil: that can't happen to it.
    public var tearWrite: (@Sendable () async throws -> Void)?
    /// Makes every write to the destination fail (true), or work again (false); nil: a test can't do that.
    public var setFailing: (@Sendable (Bool) async throws -> Void)?
    /// Removes the destination after the test.
    public var remove: @Sendable () async -> Void

    /// Describes a destination.
    public init(
        open: @escaping @Sendable () async throws -> any Exporter,
        shown: @escaping @Sendable () async throws -> [ExportedEvent],
        tearWrite: (@Sendable () async throws -> Void)? = nil,
        setFailing: (@Sendable (Bool) async throws -> Void)? = nil,
        remove: @escaping @Sendable () async -> Void = {}
    ) {
        self.open = open
        self.shown = shown
        self.tearWrite = tearWrite
        self.setFailing = setFailing
        self.remove = remove
    }
}

/// An event as a destination shows it.
public struct ExportedEvent: Hashable, Sendable {
    /// The sequence.
    public var sequence: Int64
    /// The event as JSON, as `GET /api/v1/events` shows it; nil where the destination has another form.
    public var json: String?

    /// Makes an exported event.
    public init(sequence: Int64, json: String? = nil) {
        self.sequence = sequence
        self.json = json
    }
}
