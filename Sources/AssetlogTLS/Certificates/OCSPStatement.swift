#if TLS
internal import COpenSSL

/// What an OCSP response says about one certificate: that it is good, and until when that holds.
struct OCSPStatement {
    /// In seconds since 1970; nil when it does not end.
    var expiry: Int64?

    /// Why a response is of no use, as a sentence.
    struct Flaw: Error {
        var text: String
    }

    /// Clocks may differ by that many seconds.
    private static let tolerance = 300

    /// Looks for a good and current word about a certificate.
    static func find(in bytes: [UInt8], about certificate: OpaquePointer) -> Result<OCSPStatement, Flaw> {
        guard let response = parse(bytes) else {
            return .failure(Flaw(text: "it is not an OCSP response in DER form."))
        }
        defer { OCSP_RESPONSE_free(response) }
        guard OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL,
            let basic = OCSP_response_get1_basic(response)
        else { return .failure(Flaw(text: "the authority's answer is an error.")) }
        defer { OCSP_BASICRESP_free(basic) }
        let statements = (0..<max(0, OCSP_resp_count(basic))).compactMap { OCSP_resp_get0(basic, $0) }
        guard let statement = statements.first(where: { isAbout(certificate, $0) }) else {
            return .failure(Flaw(text: "it is about another certificate."))
        }
        return judge(statement)
    }

    /// All bytes must belong to the response.
    private static func parse(_ bytes: [UInt8]) -> OpaquePointer? {
        bytes.withUnsafeBufferPointer { bytes in
            var next = bytes.baseAddress
            guard let response = d2i_OCSP_RESPONSE(nil, &next, bytes.count) else { return nil }
            if next == bytes.baseAddress?.advanced(by: bytes.count) { return response }
            OCSP_RESPONSE_free(response)
            return nil
        }
    }

    /// A certificate is known by its number and by its issuer's name, of which the response has a digest.
    private static func isAbout(_ certificate: OpaquePointer, _ statement: OpaquePointer) -> Bool {
        var nameDigest: UnsafeMutablePointer<ASN1_OCTET_STRING>?
        var serial: UnsafeMutablePointer<ASN1_INTEGER>?
        var algorithm: OpaquePointer?
        let identity = OCSP_SINGLERESP_get0_id(statement)
        guard OCSP_id_get0_info(&nameDigest, &algorithm, nil, &serial, identity) == 1,
            ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(certificate)) == 0,
            let method = EVP_get_digestbyname(OBJ_nid2sn(OBJ_obj2nid(algorithm)))
        else { return false }
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var size: UInt32 = 0
        guard X509_NAME_digest(X509_get_issuer_name(certificate), method, &digest, &size) == 1 else { return false }
        let expected = UnsafeBufferPointer(
            start: ASN1_STRING_get0_data(nameDigest), count: Int(max(0, ASN1_STRING_length(nameDigest))))
        return expected.elementsEqual(digest.prefix(Int(size)))
    }

    private static func judge(_ statement: OpaquePointer) -> Result<OCSPStatement, Flaw> {
        var from: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
        var to: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
        switch OCSP_single_get0_status(statement, nil, nil, &from, &to) {
        case V_OCSP_CERTSTATUS_GOOD: break
        case V_OCSP_CERTSTATUS_REVOKED: return .failure(Flaw(text: "it says that the certificate is revoked."))
        default: return .failure(Flaw(text: "the authority does not know the certificate."))
        }
        if OCSP_check_validity(from, to, tolerance, -1) == 1 {
            return .success(OCSPStatement(expiry: UnixTime.seconds(to)))
        }
        let isOver = (UnixTime.seconds(to) ?? .max) < UnixTime.now
        return .failure(Flaw(text: isOver ? "it has expired." : "its dates are invalid, or in the future."))
    }
}
#endif
