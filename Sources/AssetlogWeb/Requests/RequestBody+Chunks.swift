import AssetlogCore
import HTTPTypes
package import HummingbirdCore
package import NIOCore

extension RequestBody {
    /// Lends the pieces of the body to `use`, one after the other.
    ///
    /// - Throws: What `use` throws, and a ``RequestError`` with the status 408 when the body does not arrive in time, and 400 when
    ///   the connection ends before it does: a client that has only closed its own side still reads the answer.
    package func forEachPiece(_ use: (ByteBuffer) async throws -> Void) async throws {
        var pieces = makeAsyncIterator()
        while true {
            let piece: ByteBuffer?
            do {
                piece = try await pieces.next()
            } catch let error as CancellationError {
                throw error
            } catch is BodyTimeout {
                throw RequestError(status: .requestTimeout, detail: "The body did not arrive in time.")
            } catch {
                throw RequestError(status: .badRequest, detail: "The body was cut off: \(error).")
            }
            guard let piece else { return }
            try await use(piece)
        }
    }
}

extension Request {
    /// The size of the body as the head announces it; nil where it comes in chunks.
    package var announcedBytes: Int? { headers[.contentLength].flatMap { Int($0) } }
}
