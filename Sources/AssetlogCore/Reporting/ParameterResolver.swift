/// Turns the bytes of a report into what it says, as Dagster would.
///
/// A pure function of its input with buffers that are used again: in the common case nothing is allocated per report.
/// A resolver is confined to one thread or event loop at a time.
public final class ParameterResolver {
    private var resolution: ReportResolution

    /// Makes a resolver.
    ///
    /// With `extensions` it looks at what Dagster ignores: `timestamp` and `tags`, for checks `description`,
    /// `blocking` and `target` too, and metadata values that say their types. They mean what they mean in an
    /// ``EventResolver``, within the same limits.
    public init(extensions: Bool = false, limits: EventLimits = EventLimits()) {
        resolution = ReportResolution(extensions: extensions ? limits : nil)
    }

    /// Resolves a report and lends what it says to `body`.
    ///
    /// Checked in this order: the content type, the body, the asset key, the permission, and then the endpoint's other
    /// parameters. `authorize` is given the asset key's canonical JSON. Neither closure may call this resolver.
    /// - Throws: ``ParameterError`` with the status and the text of the answer.
    public func resolve<R>(
        _ request: ReportRequest, authorize: (UnsafeRawBufferPointer) -> Bool,
        _ body: (borrowing ResolvedReport) throws(ParameterError) -> R
    ) throws(ParameterError) -> R {
        try resolution.begin(request)
        guard authorize(resolution.assetKey) else { throw .notAuthorized }
        return try body(try resolution.finish(request))
    }
}

@available(*, unavailable)
extension ParameterResolver: Sendable {}
