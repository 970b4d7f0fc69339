/// Why a certificate could not be used, or a TLS connection failed.
public struct TLSError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Hashable, Sendable {
        private enum Value: Hashable {
            case file, certificate, privateKey, mismatch, library, handshake, handshakeTimeout, plainHTTP, connection
            case unsupported, setting
        }
        private let value: Value
        /// A file could not be read.
        public static let file = Code(value: .file)
        /// A file holds no usable certificate.
        public static let certificate = Code(value: .certificate)
        /// A file holds no usable private key.
        public static let privateKey = Code(value: .privateKey)
        /// The private key belongs to another certificate.
        public static let mismatch = Code(value: .mismatch)
        /// OpenSSL refused an operation that depends on no input, as when memory is short.
        public static let library = Code(value: .library)
        /// Client and server could not agree; the connection is closed.
        public static let handshake = Code(value: .handshake)
        /// The client did not finish the handshake in time; the connection is closed.
        public static let handshakeTimeout = Code(value: .handshakeTimeout)
        /// The client spoke plain HTTP; it was answered so, and the connection is closed.
        public static let plainHTTP = Code(value: .plainHTTP)
        /// An established connection broke the protocol; it is closed.
        public static let connection = Code(value: .connection)
        /// A setting is not what OpenSSL understands, or not safe.
        public static let setting = Code(value: .setting)
        /// This build has no TLS.
        public static let unsupported = Code(value: .unsupported)
    }

    /// The kind of failure.
    public let code: Code
    /// A sentence about what is wrong, where, and what to do.
    public let message: String
    /// Why the handshake came to nothing; nil when the error is about something else.
    public let handshakeFailure: TLSHandshakeFailure?

    /// Makes an error.
    public init(_ code: Code, _ message: String, handshakeFailure: TLSHandshakeFailure? = nil) {
        self.code = code
        self.message = message
        self.handshakeFailure = handshakeFailure
    }

    /// The message.
    public var description: String { message }
}
