/// What a reload of the certificates has come to.
public enum TLSReloadOutcome: Hashable, Sendable {
    /// The files are good and serve the connections that come from now on. The sentences are for the operator's log.
    case reloaded(warnings: [String])
    /// The files are not good; what was served before still is.
    case failed(TLSError)
}

/// A certificate that is served, for metrics and logs.
public struct TLSServedCertificate: Hashable, Sendable {
    /// The file it was read from.
    public let file: String
    /// The DNS names among its subject alternative names, in lower case.
    public let names: [String]
    /// When it expires, in seconds since 1970; nil when the date cannot be read.
    public let expiry: Int64?
}
