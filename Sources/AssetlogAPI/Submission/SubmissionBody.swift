import AssetlogCore
import AssetlogGzip
import HTTPTypes
import Hummingbird
import NIOCore

/// What a submission's body is, by its headers.
struct SubmissionBody {
    /// The most decoded bytes of a body.
    static let maximumBytes = 2 << 30
    // A piece of compressed data may become a thousand times larger before anybody looks at it.
    private static let pieceBytes = 4096

    let format: ItemSplitter.Format
    private let decoder: ContentDecoder?
    private(set) var decodedBytes = 0

    /// Reads the headers.
    ///
    /// - Throws: ``APIError`` with the status 415.
    init(_ request: Request, compressionRatio: Int) throws {
        let type = (request.headers[.contentType] ?? "").prefix { $0 != ";" }.lowercased().trimmingBlanks()
        switch type {
        case "application/json": format = .json
        case "application/x-ndjson", "application/jsonl", "application/x-jsonlines": format = .lines
        default:
            throw APIError(
                status: .unsupportedMediaType,
                detail: "The Content-Type must be application/json for an event or an array of events, or"
                    + " application/x-ndjson for one event on each line, not \(type.quoted).",
                headers: [.accept: "application/json, application/x-ndjson"])
        }
        if let length = request.announcedBytes, length > Self.maximumBytes { throw Self.tooLarge }
        let codings = request.headers[values: .contentEncoding].joined(separator: ",")
        let limits = GzipLimits(maximumBytes: Self.maximumBytes, maximumRatio: compressionRatio)
        do {
            decoder = codings.isEmpty ? nil : try ContentDecoder(contentEncoding: codings, limits: limits)
        } catch let error as ContentCodingError {
            throw APIError(
                status: .unsupportedMediaType, detail: error.message, headers: [.acceptEncoding: ContentCoding.supported])
        }
    }

    /// Decodes a piece of the body into `splitter`, in small steps; `step` is called after each.
    mutating func read(
        _ buffer: ByteBuffer, into splitter: inout ItemSplitter, step: (inout ItemSplitter) async throws -> Void
    ) async throws {
        var buffer = buffer
        guard let decoder else {
            decodedBytes += buffer.readableBytes
            guard decodedBytes <= Self.maximumBytes else { throw Self.tooLarge }
            buffer.withUnsafeReadableBytes { splitter.append($0) }
            return try await step(&splitter)
        }
        while let piece = buffer.readSlice(length: min(Self.pieceBytes, buffer.readableBytes)), piece.readableBytes > 0 {
            var decoded: [UInt8] = []
            do throws(GzipError) {
                try piece.withUnsafeReadableBytes { bytes throws(GzipError) in try decoder.decode(bytes, into: &decoded) }
            } catch {
                throw Self.answer(to: error)
            }
            decodedBytes += decoded.count
            decoded.withUnsafeBytes { splitter.append($0) }
            try await step(&splitter)
        }
    }

    /// Says that the body is at its end.
    func finish() throws {
        do throws(GzipError) {
            try decoder?.finish()
        } catch {
            throw Self.answer(to: error)
        }
    }

    private static var tooLarge: APIError {
        APIError(
            status: .contentTooLarge,
            detail: "The body has more than \(maximumBytes) bytes after decompression; send it in several requests.")
    }

    private static func answer(to error: GzipError) -> APIError {
        switch error.code {
        case .tooLarge: tooLarge
        case .suspiciousRatio: APIError(status: .contentTooLarge, detail: error.message)
        case .outOfMemory: .noMemory
        default: APIError(status: .badRequest, detail: error.message)
        }
    }
}

extension APIError {
    /// The answer when the submissions under way hold all the memory they may.
    static let noMemory = APIError(
        status: .serviceUnavailable,
        detail: "The server is reading as many submissions as it has memory for; send this one again later.",
        headers: [.retryAfter: "1"])
}

extension String {
    fileprivate func trimmingBlanks() -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let start = firstIndex(where: { !isBlank($0) }), let end = lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(self[start...end])
    }
}
