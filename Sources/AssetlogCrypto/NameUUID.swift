/// UUIDs that follow from a name (RFC 9562, section 5.5): the same name in the same namespace gives the same UUID.
public enum NameUUID {
    /// The namespaces of the specification.
    public enum Namespace {
        /// Names that are URLs.
        public static let url: [UInt8] = bytes(0x6ba7_b811)
        /// Names that are fully qualified domain names.
        public static let dns: [UInt8] = bytes(0x6ba7_b810)

        private static func bytes(_ first: UInt32) -> [UInt8] {
            withUnsafeBytes(of: first.bigEndian) { Array($0) }
                + [0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8]
        }
    }

    /// The 16 bytes of the UUID of version 5 of a name.
    ///
    /// - Parameter namespace: The 16 bytes of a UUID.
    /// - Throws: ``CryptoError`` when OpenSSL offers no SHA-1.
    public static func version5(_ name: [UInt8], in namespace: [UInt8]) throws(CryptoError) -> [UInt8] {
        var uuid = Array(try MessageDigest(.sha1).digest(of: namespace + name).prefix(16))
        uuid[6] = uuid[6] & 0x0f | 0x50
        uuid[8] = uuid[8] & 0x3f | 0x80
        return uuid
    }
}
