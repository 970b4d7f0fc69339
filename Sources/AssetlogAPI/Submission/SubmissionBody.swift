import AssetlogCore
import AssetlogGzip
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
    // So much may be decoded before the ratio counts.
    private static let ratioCountsFrom = 1 << 20

    let format: ItemSplitter.Format
    private let decoder: ContentDecoder?
    private let compressionRatio: Int
    private(set) var decodedBytes = 0
    private var encodedBytes = 0

    /// Reads the headers.
    ///
    /// - Parameters:
    ///   - compressionRatio: How many times larger than its compressed form a body may be.
    ///   - isGathered: Whether all of it is kept until its end. Else the ratio counts for what is no event:
    ///     see ``checkRatio(ofEvents:)``.
    /// - Throws: ``RequestError`` with the status 415.
    init(_ request: Request, compressionRatio: Int, isGathered: Bool) throws {
        self.compressionRatio = max(compressionRatio, 1)
        let type = (request.headers[.contentType] ?? "").prefix { $0 != ";" }.lowercased().trimmingBlanks()
        switch type {
        case "application/json": format = .json
        case _ where Self.lineTypes.contains(type): format = .lines
        default:
            throw RequestError(
                status: .unsupportedMediaType,
                detail: "The Content-Type must be application/json for an event or an array of events, or"
                    + " application/x-ndjson for one event on each line, not \(type.quoted).",
                headers: [.accept: "application/json, application/x-ndjson"])
        }
        if let length = request.announcedBytes, length > Self.maximumBytes { throw Self.tooLarge }
        let codings = request.headers[values: .contentEncoding].joined(separator: ",")
        let limits = GzipLimits(maximumBytes: Self.maximumBytes, maximumRatio: compressionRatio)
        do {
            decoder =
                codings.isEmpty
                ? nil : try ContentDecoder(contentEncoding: codings, limits: limits, limitsRatio: isGathered)
        } catch let error as ContentCodingError {
            throw RequestError(
                status: .unsupportedMediaType, detail: error.message, headers: [.acceptEncoding: ContentCoding.supported])
        }
    }

    /// Decodes a piece of the body into `splitter`, in small steps; `step` is called after each.
    mutating func read(
        _ buffer: ByteBuffer, into splitter: inout ItemSplitter,
        step: (inout ItemSplitter, SubmissionBody) async throws -> Void
    ) async throws {
        guard let decoder else {
            encodedBytes += buffer.readableBytes
            decodedBytes += buffer.readableBytes
            guard decodedBytes <= Self.maximumBytes else { throw Self.tooLarge }
            buffer.withUnsafeReadableBytes { splitter.append($0) }
            return try await step(&splitter, self)
        }
        var rest = buffer
        var goesOn = true
        while goesOn {
            goesOn = try decode(&rest, decoder, &splitter)
            try await step(&splitter, self)
        }
    }

    /// Decodes at most 64 KiB, and says whether there is more to do.
    private mutating func decode(
        _ buffer: inout ByteBuffer, _ decoder: ContentDecoder, _ splitter: inout ItemSplitter
    ) throws(RequestError) -> Bool {
        do throws(GzipError) {
            var decoded = 0
            let (count, goesOn) = try buffer.withUnsafeReadableBytes { bytes throws(GzipError) -> (Int, Bool) in
                var rest = bytes[...]
                let goesOn = try decoder.decodeStep(&rest) { piece in
                    splitter.append(piece)
                    decoded += piece.count
                }
                return (bytes.count - rest.count, goesOn)
            }
            buffer.moveReaderIndex(forwardBy: count)
            encodedBytes += count
            decodedBytes += decoded
            return goesOn
        } catch {
            throw Self.answer(to: error)
        }
    }

    /// Limits how much larger than its compressed form a body may be, without counting what became events: equal rows
    /// compress very well, but so do endless empty lines, and items that are refused.
    ///
    /// - Parameter bytes: The bytes of the items that became events, or may do so yet.
    /// - Throws: ``RequestError`` with the status 413.
    func checkRatio(ofEvents bytes: Int) throws(RequestError) {
        let others = decodedBytes - bytes
        guard decoder != nil, others > Self.ratioCountsFrom, others / compressionRatio > encodedBytes else { return }
        throw RequestError(
            status: .contentTooLarge,
            detail: "The body decodes to more than \(compressionRatio) times its size in content other than events: empty lines, or"
                + " items that are refused (server.limits.compression_ratio).")
    }

    /// Says that the body is at its end.
    func finish() throws {
        // An empty body has no coding, whatever its header says.
        guard encodedBytes > 0 else { return }
        do throws(GzipError) {
            try decoder?.finish()
        } catch {
            throw Self.answer(to: error)
        }
    }

    private static var tooLarge: RequestError {
        RequestError(
            status: .contentTooLarge,
            detail: "The body has more than \(maximumBytes) bytes after decompression; send it in several requests.")
    }

    private static func answer(to error: GzipError) -> RequestError {
        switch error.code {
        case .tooLarge: tooLarge
        case .suspiciousRatio: RequestError(status: .contentTooLarge, detail: error.message)
        case .outOfMemory: .noMemory
        default: RequestError(status: .badRequest, detail: error.message)
        }
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
