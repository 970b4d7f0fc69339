/// Why gzip data could not be decoded, or data not be compressed.
public struct GzipError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Hashable, Sendable {
        private enum Value: Hashable {
            case truncated, trailingGarbage, corrupt, tooLarge, suspiciousRatio, outOfMemory
        }
        private let value: Value
        /// The data ends before the end of its last member.
        public static let truncated = Code(value: .truncated)
        /// Something follows the last member that is neither a member nor zero padding.
        public static let trailingGarbage = Code(value: .trailingGarbage)
        /// A header, the compressed data, a checksum or a length is wrong.
        public static let corrupt = Code(value: .corrupt)
        /// The decoded data is larger than the limit.
        public static let tooLarge = Code(value: .tooLarge)
        /// The decoded data is so much larger than the compressed that it looks like an attack.
        public static let suspiciousRatio = Code(value: .suspiciousRatio)
        /// zlib could not get memory.
        public static let outOfMemory = Code(value: .outOfMemory)
    }

    /// The kind of failure.
    public let code: Code
    /// A sentence about what is wrong and what to do.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
