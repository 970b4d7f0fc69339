/// A storage that can remove events from the log for good, as rules of retention ask for.
///
/// What is removed leaves two things, written in the transaction that removes it: sums of the removed events, from which a catalog
/// that is rebuilt has its counts, and for some days the identities that clients chose, so that a late retry stays a duplicate.
/// Everything else of the log stays as it was: sequences are never used again, and neither the head nor any other event changes.
///
/// The capability is optional. A storage with it says so by ``StorageSetup/canRemoveEvents``, and the suite `RetentionConformance`
/// of `AssetlogTesting` has its contract as test cases.
public protocol RetainingStorage: Storage, RemovalReader {
    /// Removes the events of a removal, and keeps its sums, in one transaction: all of it or nothing.
    ///
    /// Appends go on beside it, and wait for one removal at most, so a caller removes few events at a time. A call whose answer was
    /// lost may be made again: it finds its events gone, and changes nothing.
    /// - Returns: Whether they were removed. False: one of the events is not in the log, or one of the sums that are replaced is not
    ///   there any more. Nothing was changed then; the caller reads again what there is.
    /// - Throws: ``StorageError``.
    func remove(_ removal: EventRemoval) async throws -> Bool

    /// The sequence that an event had which was removed; nil: none of this identity was, or it is forgotten.
    ///
    /// `append` finds such an event as a duplicate or a conflict, though ``Storage/event(_:deployment:)`` does not return it.
    func sequenceOfRemoved(_ id: EventID, deployment: String) async throws -> Int64?

    /// Forgets identities of events that were removed before a time, the oldest first.
    ///
    /// - Parameter limit: At most so many, for it is a transaction of the log.
    /// - Returns: How many there were; fewer than `limit` when none is left.
    func forgetIdentities(removedBefore time: Timestamp, limit: Int) async throws -> Int
}

/// Reads what is left of the events that were removed from a log.
public protocol RemovalReader: LogReader {
    /// How much was removed so far.
    func removals() async throws -> RemovalStatistics

    /// Reads the sums of removed events, by ascending number.
    ///
    /// - Parameters:
    ///   - number: Only those with a greater number; 0 is before all.
    ///   - limit: At most so many; at least 1.
    func removedEvents(after number: Int64, limit: Int) async throws -> [RemovedEvents]

    /// Reads all sums of one asset, by ascending number.
    func removedEvents(of assetKey: AssetKey, in deployment: String) async throws -> [RemovedEvents]
}

extension LogReader {
    /// Itself, where it reads what is left of removed events; nil: nothing is ever removed from this log.
    public var removalReader: (any RemovalReader)? {
        if let storage = self as? any Storage { return storage.retaining }
        return self as? any RemovalReader
    }
}

/// What removed events of one asset add up to.
///
/// Every removed event is in exactly one sum. A sum may take the place of older ones, with a new number: whoever has added up all
/// sums up to a number adds up those of an asset again, and the events that are left of it, when it finds a greater number for it.
public struct RemovedEvents: Hashable, Sendable {
    /// Its number among all sums of the log: greater than that of each sum that was kept before. The storage gives it.
    public var number: Int64
    /// The deployment of the events.
    public var deployment: String
    /// The asset of the events.
    public var assetKey: AssetKey
    /// The least and the greatest sequence among them. `0...0`: they were removed from another log, of which this one is a copy.
    public var sequences: ClosedRange<Int64>
    /// How many events there were.
    public var count: Int64
    /// What they add up to, as the catalog wrote it; a storage need not understand it. At most ``EventRemoval/maximumBytes``.
    public var payload: [UInt8]

    /// Makes a sum; the storage gives it a number of its own.
    public init(
        number: Int64 = 0, deployment: String, assetKey: AssetKey, sequences: ClosedRange<Int64>, count: Int64, payload: [UInt8]
    ) {
        self.number = number
        self.deployment = deployment
        self.assetKey = assetKey
        self.sequences = sequences
        self.count = count
        self.payload = payload
    }
}

/// Events that are removed together, in one step of a retention.
public struct EventRemoval: Hashable, Sendable {
    /// The most events of one step.
    public static let maximumEvents = 10_000
    /// The most bytes of the payloads of one step.
    public static let maximumBytes = 16 << 20

    /// The sequences of the events, ascending; none: only sums are kept, as in a copy of a log.
    public var sequences: [Int64]
    /// What they add up to, with what the replaced sums had.
    public var sums: [RemovedEvents]
    /// The numbers of the sums that are replaced by these.
    public var replacedSums: [Int64]
    /// When they are removed; identities are forgotten by it.
    public var time: Timestamp

    /// Describes a step.
    public init(sequences: [Int64], sums: [RemovedEvents], replacedSums: [Int64] = [], time: Timestamp) {
        self.sequences = sequences
        self.sums = sums
        self.replacedSums = replacedSums
        self.time = time
    }

    /// Whether it keeps within its bounds, and its sequences ascend. A storage refuses any other.
    public var isValid: Bool {
        sequences.count <= Self.maximumEvents && sums.reduce(0) { $0 + $1.payload.count } <= Self.maximumBytes
            && (sequences.first ?? 1) >= 1 && zip(sequences, sequences.dropFirst()).allSatisfy { $0 < $1 }
    }
}

/// How much was removed from a log.
public struct RemovalStatistics: Hashable, Sendable {
    /// How many events.
    public var events: Int64
    /// The least and the greatest sequence among them; nil: none was removed.
    public var sequences: ClosedRange<Int64>?
    /// The greatest number that a sum was given; 0: there never was one.
    public var head: Int64

    /// Makes statistics; without arguments, those of a log of which nothing was removed.
    public init(events: Int64 = 0, sequences: ClosedRange<Int64>? = nil, head: Int64 = 0) {
        self.events = events
        self.sequences = sequences
        self.head = head
    }
}

extension StorageError {
    /// The error about a removal that is not valid.
    public static let invalidRemoval = StorageError(
        .unavailable,
        "A removal needs ascending sequences, at most \(EventRemoval.maximumEvents), and sums of at most \(EventRemoval.maximumBytes)"
            + " bytes. Nothing was removed.", outcome: .notRecorded)
}
