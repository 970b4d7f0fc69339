import AssetlogGzip

/// Why the body of a request is refused: the status, the sentence and the fields of every answer that says so.
package struct RequestBodyError: Error, Sendable {
    /// The kinds of refusal.
    package enum Reason: Hashable, Sendable {
        /// The body is compressed in a way that this server does not decode.
        case unsupportedCoding
        /// The body is larger than the limit.
        case tooLarge
        /// The body is so much larger than its compressed form that it looks like an attack.
        case suspiciousRatio
        /// The body is not what its Content-Encoding says.
        case malformed
        /// The connection ended before the body did.
        case cutOff
        /// The body did not arrive in time.
        case timeout
        /// The requests under way hold all the memory that they may.
        case noMemory
    }

    /// The kind of refusal.
    package let reason: Reason
    /// A sentence about what was wrong, for the client.
    package let message: String

    /// Makes an error.
    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// The answer to a client that was too slow.
    package static let timeout = RequestBodyError(.timeout, "The body did not arrive in time.")

    /// The answer when there is no room for the body.
    package static let noMemory = RequestBodyError(
        .noMemory, "The server is already reading as many requests as it has memory for.")

    /// The answer to a client that has ended its side of the connection within the body.
    package static func cutOff(_ cause: any Error) -> RequestBodyError {
        RequestBodyError(.cutOff, "The body was cut off: \(cause).")
    }

    /// The status of the answer (RFC 9110, section 15).
    package var status: Int {
        switch reason {
        case .malformed, .cutOff: 400
        case .timeout: 408
        case .tooLarge, .suspiciousRatio: 413
        case .unsupportedCoding: 415
        case .noMemory: 503
        }
    }

    /// Header fields of the answer.
    package var fields: [(name: String, value: String)] {
        reason == .unsupportedCoding ? [("Accept-Encoding", ContentCoding.supported)] : []
    }
}
