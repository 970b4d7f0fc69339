import AssetlogCore
import AssetlogTLS

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The certificate and the key that `assetlog init` makes.
struct FirstPair {
    let certificate: String
    let key: String
    /// Whether the configuration names them, so that the server uses them.
    let isConfigured: Bool

    init(_ server: ServerConfiguration) {
        isConfigured = server.tls != nil
        certificate = server.tls?.certificate ?? "\(server.dataDirectory)/tls/certificate.pem"
        key = server.tls?.key ?? "\(server.dataDirectory)/tls/key.pem"
    }

    /// How a server gets to use them.
    var advice: String {
        "to serve with them, use --tls-certificate \(certificate) --tls-key \(key), or the variables"
            + " ASSETLOG_SERVER_TLS_CERTIFICATE=\(certificate) ASSETLOG_SERVER_TLS_KEY=\(key); to trust the certificate in a client, use"
            + " `curl --cacert \(certificate)`"
    }

    /// Makes the pair unless it is there; says what was done.
    ///
    /// - Throws: ``CommandFailure`` when one of the two is there, and `TLSError` for a host that is none.
    func makeIfMissing(hosts: [String]) throws -> [String] {
        switch (ServerFiles.exists(certificate), ServerFiles.exists(key)) {
        case (true, true): return ["the certificate \(certificate) and its key already exist"]
        case (true, false): throw half(certificate, without: key)
        case (false, true): throw half(key, without: certificate)
        case (false, false): break
        }
        guard BuildFeatures.hasTLS else { return ["no certificate was created, because this build has no TLS"] }
        let names = names(hosts)
        let identity = try SelfSignedIdentity(names: names)
        try ServerFiles.make(key, identity.privateKey, mode: 0o600)
        try ServerFiles.make(certificate, identity.certificate, mode: 0o644)
        return [
            "created the certificate \(certificate) and its key \(key), self-signed and valid for \(SelfSignedIdentity.days) days,"
                + " for \(names.joined(separator: ", "))"
        ]
    }

    private func half(_ there: String, without missing: String) -> CommandFailure {
        CommandFailure(
            .failure, "\(there) exists, but \(missing), which belongs to it, does not; restore that, or move \(there) away")
    }

    private func names(_ hosts: [String]) -> [String] {
        var seen: Set<String> = []
        return (["localhost", "127.0.0.1", "::1"] + machine + hosts).filter { seen.insert($0.lowercased()).inserted }
    }

    /// The name of this machine; none when it is no host name.
    private var machine: [String] {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return [] }
        let name = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let isPlain = name.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-.".unicodeScalars.contains(scalar))
        }
        return name.isEmpty || !isPlain ? [] : [name]
    }
}
