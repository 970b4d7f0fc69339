#if TLS
/// What the files of a configuration hold, each checked, and against each other.
struct TLSMaterial {
    /// The main one first.
    let identities: [Identity]
    let names: ServerNames
    let authorities: ClientAuthorities?
    let response: OCSPResponse?
    let warnings: [String]

    /// - Throws: ``TLSError`` that names the file and says what to do.
    init(_ configuration: TLSConfiguration) throws(TLSError) {
        var identities: [Identity] = []
        for files in configuration.identities { identities.append(try Identity(files)) }
        let names = ServerNames(identities.map(\.served.names))
        authorities = try ClientAuthorities(configuration.clientAuthentication)
        var warnings = identities.flatMap(\.warnings) + (authorities?.warnings ?? [])
        warnings += try Self.check(identities.map(\.served), names)
        switch try configuration.ocspResponseFile.map({ file throws(TLSError) in
            try OCSPResponse.read(file, for: identities[0].certificate)
        }) {
        case nil: response = nil
        case .usable(let response): self.response = response
        case .unusable(let sentence):
            response = nil
            warnings.append(sentence)
        }
        (self.identities, self.names, self.warnings) = (identities, names, warnings)
    }

    /// The main certificate answers clients that no other one does; a further one needs names.
    private static func check(_ served: [TLSServedCertificate], _ names: ServerNames) throws(TLSError) -> [String] {
        if let nameless = served.dropFirst().first(where: \.names.isEmpty) {
            throw TLSError(
                .certificate,
                "The additional certificate in \(nameless.file) has no DNS name among its subject alternative names, so no client"
                    + " can ask for it. Use one with names, or remove it.")
        }
        return names.shadowed.filter { $0 > 0 }.map { index in
            "The certificate in \(served[index].file) is never used: earlier ones cover all of its names"
                + " (\(served[index].names.prefix(5).joined(separator: ", ")))."
        }
    }
}

extension TLSConfiguration {
    /// The main pair, and the further ones.
    var identities: [TLSCertificateFiles] {
        [TLSCertificateFiles(certificateFile: certificateFile, keyFile: keyFile)] + furtherCertificates
    }

    /// All files that are read.
    var files: [String] {
        identities.flatMap { [$0.certificateFile, $0.keyFile] }
            + [clientAuthentication.caFile, ocspResponseFile].compactMap { $0 }
    }
}
#endif
