#if Gzip
extension ContentCoding {
    static let isGzipSupported = true
}

/// Undoes the content codings of a request body piece by piece, with the same limits on each layer.
///
/// Not safe to use from two threads at once.
public final class ContentDecoder {
    private let outer: GzipDecoder
    /// Of a body that was compressed twice.
    private let inner: GzipDecoder?
    // What the outer layer has delivered, and from where on the inner one has not read it.
    private var between: [UInt8] = []
    private var betweenStart = 0

    /// Makes a decoder for the value of a Content-Encoding header; nil when it names nothing to decode.
    ///
    /// - Parameters:
    ///   - header: The value; of several headers the values, joined by commas.
    ///   - limits: What each layer may cost.
    ///   - limitsRatio: False where the caller checks the ratio of the decoded data by itself. That of a layer around
    ///     compressed data is limited all the same: there is no good reason for a high one.
    /// - Throws: ``ContentCodingError``, or ``GzipError`` with the code `outOfMemory`.
    public init?(
        contentEncoding header: String, limits: GzipLimits = GzipLimits(), limitsRatio: Bool = true
    ) throws {
        let codings = try ContentCoding.parse(header)
        guard let first = codings.first else { return nil }
        var last = limits
        if !limitsRatio { last.maximumRatio = .max }
        outer = try GzipDecoder(first, limits: codings.count > 1 ? limits : last)
        inner = codings.count > 1 ? try GzipDecoder(codings[1], limits: last) : nil
    }

    /// Decodes the next piece, and appends what comes out.
    ///
    /// - Throws: ``GzipError``; after that the decoder throws the same again.
    public func decode(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) throws(GzipError) {
        try decode(input) { output.append(contentsOf: $0) }
    }

    /// Decodes the next piece, and gives what comes out to a closure, in pieces of at most 64 KiB that live as long as the call.
    ///
    /// - Throws: ``GzipError``; after that the decoder throws the same again.
    public func decode(_ input: UnsafeRawBufferPointer, body: (UnsafeRawBufferPointer) -> Void) throws(GzipError) {
        var rest = input[...]
        while try decodeStep(&rest, body: body) {}
    }

    /// Decodes so much of the input that at most 64 KiB come out, and gives them to a closure.
    ///
    /// - Parameter rest: What is left of the input; it is empty in the end.
    /// - Returns: Whether more may come out of the same input: then it is to be called again.
    /// - Throws: ``GzipError``; after that the decoder throws the same again.
    public func decodeStep(
        _ rest: inout Slice<UnsafeRawBufferPointer>, body: (UnsafeRawBufferPointer) -> Void
    ) throws(GzipError) -> Bool {
        guard let inner else { return try outer.decodeStep(&rest, body: body) }
        if betweenStart < between.count || inner.hasPendingOutput { return try decodeInnerStep(inner, body) }
        guard !rest.isEmpty || outer.hasPendingOutput else { return false }
        between.removeAll(keepingCapacity: true)
        betweenStart = 0
        _ = try outer.decodeStep(&rest) { between.append(contentsOf: $0) }
        return true
    }

    private func decodeInnerStep(
        _ inner: GzipDecoder, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(GzipError) -> Bool {
        betweenStart = try between.withUnsafeBufferPointer { bytes throws(GzipError) in
            var rest = UnsafeRawBufferPointer(bytes)[betweenStart...]
            _ = try inner.decodeStep(&rest, body: body)
            return rest.startIndex
        }
        return true
    }

    /// Prepares for another body of the same coding, after one that was decoded without an error.
    public func reset() {
        outer.reset()
        inner?.reset()
        between.removeAll(keepingCapacity: true)
        betweenStart = 0
    }

    /// Says that the body is at its end.
    ///
    /// - Throws: ``GzipError`` with the code `truncated` if the data is not complete.
    public func finish() throws(GzipError) {
        try outer.finish()
        try inner?.finish()
    }
}
#endif
