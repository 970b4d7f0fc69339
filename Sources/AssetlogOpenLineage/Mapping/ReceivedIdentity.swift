public import AssetlogCore
public import AssetlogCrypto

/// The identities of the events that events of OpenLineage become: they follow from what was sent, so that what is sent again is
/// the same event again.
///
/// Each is the UUID of version 5 of some texts in the namespace of the run's identity. A text is written as its length in bytes,
/// a colon and its bytes, so that no two lists of texts are written alike: `5:START1:0`.
public enum ReceivedIdentity {
    /// The event of the start of a run that names all of its outputs: of `START` and `0`.
    ///
    /// - Throws: ``CryptoError`` when OpenSSL offers no SHA-1.
    public static func start(of run: EventID) throws(CryptoError) -> EventID {
        try id(["START", "0"], in: run.bytes)
    }

    /// Something that an event of a run says.
    ///
    /// - Throws: ``CryptoError`` when OpenSSL offers no SHA-1.
    public static func part(_ texts: [String], of run: EventID) throws(CryptoError) -> EventID {
        try id(texts, in: run.bytes)
    }

    /// Something that an event without a run says: of the same texts in the namespace of URLs.
    ///
    /// - Throws: ``CryptoError`` when OpenSSL offers no SHA-1.
    public static func part(_ texts: [String]) throws(CryptoError) -> EventID {
        try id(["urn:assetlog:openlineage"] + texts, in: NameUUID.Namespace.url)
    }

    private static func id(_ texts: [String], in namespace: [UInt8]) throws(CryptoError) -> EventID {
        var name: [UInt8] = []
        for text in texts {
            name += "\(text.utf8.count):".utf8
            name += text.utf8
        }
        // It has sixteen bytes.
        return EventID(bytes: try NameUUID.version5(name, in: namespace)) ?? EventID(high: 0, low: 0)
    }
}
