public import AssetlogCore
public import AssetlogCrypto

/// The identities of runs: they follow from our events, so that what is sent again is the same run again.
public enum RunIdentity {
    /// The run of an event: the UUID of version 5 of `urn:assetlog:DEPLOYMENT:EVENT_ID` in the namespace of URLs. The deployment
    /// is part of it, because an event's identity is unique in its deployment only.
    ///
    /// - Throws: ``CryptoError`` when OpenSSL offers no SHA-1.
    public static func run(of event: EventID, in deployment: String) throws(CryptoError) -> EventID {
        let name = "urn:assetlog:\(deployment):\(event)"
        // It has sixteen bytes.
        return EventID(bytes: try NameUUID.version5(Array(name.utf8), in: NameUUID.Namespace.url)) ?? event
    }
}
