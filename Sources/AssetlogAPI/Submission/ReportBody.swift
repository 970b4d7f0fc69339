import AssetlogCore
import AssetlogGzip
import AssetlogWeb
import HTTPTypes
import HummingbirdCore
import NIOCore

/// The body of a report that is a dry run: decoded, and within the limits that the report itself would meet.
struct ReportBody {
    private(set) var bytes: [UInt8] = []

    /// Reads the body of a request.
    ///
    /// - Throws: ``RequestError`` with the status 400, 413, 415 or 503.
    init(_ request: Request, _ limits: ServerLimits, _ hold: MemoryHold) async throws {
        let limit = limits.bodyBytes
        let codings = request.headers[values: .contentEncoding].joined(separator: ",")
        let gzip = GzipLimits(maximumBytes: limit, maximumRatio: limits.compressionRatio)
        // Known before the client sends it, if it waits for 100 Continue.
        if let length = request.announcedBytes, length > limit { throw Self.tooLarge(limit) }
        do {
            let decoder = codings.isEmpty ? nil : try ContentDecoder(contentEncoding: codings, limits: gzip)
            var (isEmpty, isHeld) = (true, true)
            try await request.body.forEachPiece { piece in
                guard piece.readableBytes > 0 else { return }
                isEmpty = false
                defer { isHeld = isHeld && hold.change(to: bytes.capacity) }
                guard isHeld else { throw RequestError.noMemory }
                guard let decoder else {
                    guard bytes.count + piece.readableBytes <= limit else { throw Self.tooLarge(limit) }
                    bytes.append(contentsOf: piece.readableBytesView)
                    return
                }
                try piece.withUnsafeReadableBytes { try decoder.decode($0, into: &bytes) }
            }
            // An empty body has no coding, whatever its header says.
            if !isEmpty { try decoder?.finish() }
        } catch let error as ContentCodingError {
            throw RequestError(
                status: .unsupportedMediaType, detail: error.message, headers: [.acceptEncoding: ContentCoding.supported])
        } catch let error as GzipError {
            throw Self.answer(to: error, limit: limit)
        }
    }

    private static func answer(to error: GzipError, limit: Int) -> RequestError {
        switch error.code {
        case .tooLarge: tooLarge(limit)
        case .suspiciousRatio: RequestError(status: .contentTooLarge, detail: error.message)
        case .outOfMemory: .noMemory
        default: RequestError(status: .badRequest, detail: error.message)
        }
    }

    private static func tooLarge(_ limit: Int) -> RequestError {
        RequestError(
            status: .contentTooLarge,
            detail: "The body is larger than the limit of \(limit) bytes after decompression (server.limits.body_bytes).")
    }
}
