package import HTTPTypes
import HummingbirdCore
package import NIOCore

/// Keeps what is written as the body of an answer. Confined to one task.
package final class CollectedBody: ResponseBodyWriter {
    /// What was written.
    package private(set) var bytes: [UInt8] = []

    /// Makes an empty body.
    package init() {}

    package func write(_ buffer: ByteBuffer) async throws { bytes.append(contentsOf: buffer.readableBytesView) }
    package func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
