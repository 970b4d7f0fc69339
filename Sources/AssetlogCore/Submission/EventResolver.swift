/// Turns the bytes of one item of a submission, a JSON object, into the event that it says, or into one for each of its
/// partitions.
///
/// An item has the fields of an event as it is read back, but for those that only the server gives. A pure function of
/// its input with buffers that are used again: in the common case nothing is allocated per item. A resolver is confined
/// to one thread or event loop at a time.
public final class EventResolver {
    private var resolution: EventResolution

    /// Makes a resolver.
    public init(limits: EventLimits = EventLimits()) {
        resolution = EventResolution(limits: limits)
    }

    /// Resolves an item and lends its events to `body`.
    ///
    /// Checked in this order: the JSON, the names of the fields, the deployment, the kind, the asset key, the
    /// permission, and then the values of the other fields. `authorize` is given the kind and the asset key's canonical
    /// JSON. Neither closure may call this resolver. A timestamp that is `approximate` is the reading of a clock that may be
    /// wrong: where it can't be right, the time of receipt counts.
    /// - Throws: ``SubmissionError`` with the status, the sentence and the location of the mistake.
    public func resolve<R>(
        _ item: UnsafeRawBufferPointer, deployment: String, receivedAt: Timestamp, isTimestampApproximate: Bool = false,
        authorize: (EventKind, UnsafeRawBufferPointer) -> Bool,
        _ body: (borrowing ResolvedEvents) throws(SubmissionError) -> R
    ) throws(SubmissionError) -> R {
        try resolution.begin(item, deployment: deployment)
        guard authorize(resolution.kind, resolution.assetKey) else { throw .notAuthorized }
        return try body(try resolution.finish(receivedAt: receivedAt, isTimestampApproximate))
    }
}

@available(*, unavailable)
extension EventResolver: Sendable {}
