#if Delivery
internal import CCurl

/// Says what went wrong with a request in the words of its operator, from the code and the sentence of libcurl.
struct CurlFailure {
    let status: CURLcode
    let reason: String
    let request: OutboundRequest

    var error: DeliveryError {
        let origin = request.origin
        switch status {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY:
            return DeliveryError(.unreachable, "\(origin) can't be reached: \(reason)")
        case CURLE_OPERATION_TIMEDOUT:
            return DeliveryError(.timedOut, "\(origin) did not answer in time: \(reason)")
        case CURLE_SSL_CONNECT_ERROR where isPlain:
            return DeliveryError(
                .unreachable,
                "the port of \(origin) speaks plain HTTP, not TLS; use http://, or give the server a certificate")
        case CURLE_SSL_CONNECT_ERROR:
            return DeliveryError(.unreachable, "no TLS connection to \(origin) can be made: \(reason)")
        case CURLE_RECV_ERROR where reason.contains("CONNECT"):
            return DeliveryError(.unreachable, "the proxy does not lead to \(origin): \(reason)")
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE:
            return DeliveryError(.interrupted, "the connection to \(origin) broke: \(reason)")
        case CURLE_SSL_CERTPROBLEM:
            return DeliveryError(.untrusted, ownCertificate)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            return DeliveryError(.untrusted, untrusted)
        case CURLE_WEIRD_SERVER_REPLY,
            CURLE_UNSUPPORTED_PROTOCOL where request.url.lowercased().hasPrefix("http"):
            return DeliveryError(.interrupted, "\(origin) did not answer with HTTP: \(reason)")
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT:
            return DeliveryError(.invalidRequest, "the URL of \(origin) can't be used: \(reason)")
        case CURLE_ABORTED_BY_CALLBACK:
            return DeliveryError(.cancelled, "the request to \(origin) was cancelled")
        default:
            return DeliveryError(.failed, "the request to \(origin) failed: \(reason)")
        }
    }

    // What the TLS libraries say of an answer that is no TLS: OpenSSL before and since 3.2, GnuTLS, and mbed TLS.
    private var isPlain: Bool {
        ["wrong version number", "packet length too long", "record layer failure", "unexpected TLS packet", "invalid SSL record"]
            .contains { reason.lowercased().contains($0.lowercased()) }
    }

    private var ownCertificate: String {
        let files = [request.clientCertificateFile, request.clientKeyFile].compactMap(\.self).joined(separator: " and ")
        return "the client certificate for \(request.origin) can't be used: \(reason)."
            + " Check that \(files) can be read, are PEM without a passphrase, and belong together"
    }

    // libcurl has one code for every fault of a certificate; its sentence tells them apart.
    private var untrusted: String {
        let origin = request.origin
        let words = reason.lowercased()
        if status == CURLE_SSL_CACERT_BADFILE, let caFile = request.caFile {
            return "the authorities in \(caFile) can't be read: \(reason). Check that the file exists and is PEM"
        }
        if words.contains("expired") {
            return "the certificate of \(origin) has expired, or the clock of this machine is ahead: \(reason)."
                + " Renew it on the server"
        }
        if words.contains("not yet valid") {
            return "the certificate of \(origin) is not yet valid, or the clock of this machine is behind: \(reason)."
                + " Check both"
        }
        if words.contains("subject name") || words.contains("does not match") {
            return "the certificate of \(origin) is for another name: \(reason). Use one of its names in the URL"
        }
        return "the certificate of \(origin) is not trusted: \(reason). Specify the file with its authority"
    }
}
#endif
