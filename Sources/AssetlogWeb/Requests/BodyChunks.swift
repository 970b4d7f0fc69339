package import AssetlogBody
package import AssetlogCore
import HTTPTypes
package import HummingbirdCore
package import NIOCore

/// The chunks of a request's body, as they come.
///
/// Its iterator throws a ``RequestBodyError`` when the body does not arrive in time, and when the connection ends before it
/// does: a client that has only closed its own side still reads the answer.
package struct BodyChunks: AsyncSequence, Sendable {
    /// Waits for the next chunk.
    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var chunks: RequestBody.AsyncIterator

        package mutating func next() async throws -> ByteBuffer? {
            do {
                return try await chunks.next()
            } catch let error as CancellationError {
                throw error
            } catch is BodyTimeout {
                throw RequestBodyError.timeout
            } catch {
                throw RequestBodyError.cutOff(error)
            }
        }
    }

    fileprivate let body: RequestBody

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(chunks: body.makeAsyncIterator())
    }
}

extension Request {
    /// The chunks of the body.
    package var chunks: BodyChunks { BodyChunks(body: body) }

    /// What decodes the body, by its headers.
    ///
    /// - Throws: ``RequestBodyError`` with the status 413, 415 or 503, before the client sends a body that it holds back.
    package func bodyDecoder(_ limits: RequestBodyLimits) throws(RequestBodyError) -> RequestBodyDecoder {
        try RequestBodyDecoder(
            codings: headers[values: .contentEncoding], announcedBytes: announcedBytes, limits: limits)
    }

    /// Reads all of the body; its memory is counted as long as the result is there.
    ///
    /// - Throws: ``RequestBodyError``, or `CancellationError`.
    package func gatheredBody(
        _ limits: RequestBodyLimits, memory: MemoryBudget.Share
    ) async throws -> GatheredBody {
        let body = try GatheredBody(
            codings: headers[values: .contentEncoding], announcedBytes: announcedBytes, limits: limits, memory: memory)
        for try await chunk in chunks { try chunk.withUnsafeReadableBytes(body.append) }
        try body.finish()
        return body
    }

    /// The size of the body as the head announces it; nil where it comes in chunks.
    private var announcedBytes: Int? { headers[.contentLength].flatMap { Int($0) } }
}
