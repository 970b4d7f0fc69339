import AssetlogBody
import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore
import NIOCore

/// What a submission's body is, by its headers.
struct SubmissionBody {
    /// The most decoded bytes of a body.
    static let maximumBytes = 2 << 30
    /// The media types of one event on each line; there is no registered one.
    static let lineTypes = ["x-ndjson", "ndjson", "jsonlines", "x-jsonlines", "jsonl"].map { "application/\($0)" }

    let format: ItemSplitter.Format
    private let compressionRatio: Int
    private var decoder: RequestBodyDecoder

    /// Reads the headers.
    ///
    /// - Parameters:
    ///   - compressionRatio: How many times larger than its compressed form a body may be.
    ///   - isGathered: Whether all of it is kept until its end. Else the ratio counts for what is no event:
    ///     see ``checkRatio(ofEvents:)``.
    /// - Throws: ``RequestError`` with the status 415, ``RequestBodyError``.
    init(_ request: Request, compressionRatio: Int, isGathered: Bool) throws {
        self.compressionRatio = compressionRatio
        format = try Self.format(request.headers[.contentType] ?? "")
        var limits = RequestBodyLimits(
            maximumBytes: Self.maximumBytes, compressionRatio: compressionRatio,
            excess: "The body has more than \(Self.maximumBytes) bytes after decompression; send it in several requests.")
        limits.limitsRatio = isGathered
        decoder = try request.bodyDecoder(limits)
    }

    private static func format(_ contentType: String) throws(RequestError) -> ItemSplitter.Format {
        let type = contentType.prefix { $0 != ";" }.lowercased().trimmingBlanks()
        if type == "application/json" { return .json }
        if lineTypes.contains(type) { return .lines }
        throw RequestError(
            status: .unsupportedMediaType,
            detail: "The Content-Type must be application/json for an event or an array of events, or"
                + " application/x-ndjson for one event on each line, not \(type.quoted).",
            headers: [.accept: "application/json, application/x-ndjson"])
    }

    /// How many bytes the body has become so far.
    var decodedBytes: Int { decoder.decodedBytes }

    /// Decodes a chunk of the body into `splitter`, in small steps; `step` is called after each.
    mutating func read(
        _ chunk: ByteBuffer, into splitter: inout ItemSplitter,
        step: (inout ItemSplitter, SubmissionBody) async throws -> Void
    ) async throws {
        var chunk = chunk
        var hasMore = true
        while hasMore {
            hasMore = try decode(&chunk, &splitter)
            try await step(&splitter, self)
        }
    }

    /// Decodes a step of a chunk, and says whether there is more to do.
    private mutating func decode(
        _ chunk: inout ByteBuffer, _ splitter: inout ItemSplitter
    ) throws(RequestBodyError) -> Bool {
        let (count, hasMore) = try chunk.withUnsafeReadableBytes { bytes throws(RequestBodyError) -> (Int, Bool) in
            var rest = bytes[...]
            let hasMore = try decoder.step(&rest) { splitter.append($0) }
            return (bytes.count - rest.count, hasMore)
        }
        chunk.moveReaderIndex(forwardBy: count)
        return hasMore
    }

    /// Limits how much larger than its compressed form a body may be, without counting what became events: equal rows
    /// compress very well, but so do endless empty lines, and items that are refused.
    ///
    /// - Parameter bytes: The bytes of the items that became events, or may do so yet.
    /// - Throws: ``RequestBodyError`` with the status 413.
    func checkRatio(ofEvents bytes: Int) throws(RequestBodyError) {
        guard decoder.exceedsRatio(without: bytes) else { return }
        throw RequestBodyError(
            .suspiciousRatio,
            "The body decodes to more than \(compressionRatio) times its size in content other than events: empty lines, or"
                + " items that are refused (server.limits.compression_ratio).")
    }

    /// Says that the body is at its end.
    func finish() throws(RequestBodyError) {
        try decoder.finish()
    }
}

extension RequestError {
    /// The answer to a submission of no event.
    static let emptySubmission = RequestError(
        status: .unprocessableContent,
        detail: "The request has no events. Send an event as JSON, an array of events, or one"
            + " on each line.")
}

extension String {
    fileprivate func trimmingBlanks() -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let start = firstIndex(where: { !isBlank($0) }), let end = lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(self[start...end])
    }
}
