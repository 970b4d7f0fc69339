#if Delivery
import AssetlogCore
internal import CCurl

/// libcurl's state of one connection. It is confined to one thread.
final class CurlHandle {
    // libcurl's own start is safe for threads as long as it happens once.
    private static let isStarted = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let handle: UnsafeMutableRawPointer
    /// Where libcurl writes what went wrong; it must live as long as the handle.
    private let message: UnsafeMutablePointer<CChar>

    init?() {
        guard Self.isStarted, let handle = curl_easy_init() else { return nil }
        self.handle = handle
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(handle)
        message.deallocate()
    }

    /// Sends a request, and waits.
    func perform(_ request: OutboundRequest, _ cancellation: Cancellation) throws(DeliveryError) -> OutboundAnswer {
        if cancellation.isCancelled { throw DeliveryError(.cancelled, "the request was cancelled") }
        // What an earlier request set is forgotten; its connection is kept.
        curl_easy_reset(handle)
        message[0] = 0
        let receiver = AnswerReceiver(limit: request.maximumAnswerBytes, cancellation: cancellation)
        let fields = try fields(of: request)
        defer { curl_slist_free_all(fields) }
        // The receiver outlives the call, so libcurl is given no retain of it.
        let context = Unmanaged.passUnretained(receiver).toOpaque()
        let status = withExtendedLifetime(receiver) {
            request.body.withUnsafeBytes { body in
                set(request, fields, body, context) ?? curl_easy_perform(handle)
            }
        }
        // A body that is longer than wanted is cut by ending the transfer.
        guard status == CURLE_OK || receiver.answer.isBodyCut && status == CURLE_WRITE_ERROR else {
            throw failure(status, request)
        }
        var answer = receiver.answer
        var code = 0
        assetlog_curl_status(handle, &code)
        answer.status = code
        return answer
    }

    // Returns what libcurl refused.
    private func set(
        _ request: OutboundRequest, _ fields: UnsafeMutablePointer<curl_slist>?, _ body: UnsafeRawBufferPointer,
        _ context: UnsafeMutableRawPointer
    ) -> CURLcode? {
        let settings = [
            assetlog_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, message),
            assetlog_curl_set_text(handle, CURLOPT_URL, request.url),
            assetlog_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
            assetlog_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
            assetlog_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
            assetlog_curl_set_long(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1),
            assetlog_curl_set_long(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2),
            assetlog_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.milliseconds),
            assetlog_curl_set_long(handle, CURLOPT_TIMEOUT_MS, request.timeout.milliseconds),
            assetlog_curl_set_long(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            assetlog_curl_set_pointer(handle, CURLOPT_HTTPHEADER, fields),
            assetlog_curl_set_receiver(handle, CURLOPT_WRITEFUNCTION, receiveBody),
            assetlog_curl_set_pointer(handle, CURLOPT_WRITEDATA, context),
            assetlog_curl_set_receiver(handle, CURLOPT_HEADERFUNCTION, receiveField),
            assetlog_curl_set_pointer(handle, CURLOPT_HEADERDATA, context),
            assetlog_curl_set_long(handle, CURLOPT_NOPROGRESS, 0),
            assetlog_curl_set_progress(handle, CURLOPT_XFERINFOFUNCTION, reportProgress),
            assetlog_curl_set_pointer(handle, CURLOPT_XFERINFODATA, context),
        ]
        return (settings + set(body, of: request)).first { $0 != CURLE_OK }
    }

    private func set(_ body: UnsafeRawBufferPointer, of request: OutboundRequest) -> [CURLcode] {
        var settings: [CURLcode] = []
        if request.method == "GET" {
            settings.append(assetlog_curl_set_long(handle, CURLOPT_HTTPGET, 1))
        } else {
            settings += [
                assetlog_curl_set_long(handle, CURLOPT_POST, 1),
                assetlog_curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)),
                // Not copied: the bytes live until the call has returned. libcurl reads nothing when there is none.
                assetlog_curl_set_pointer(handle, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: body.baseAddress)),
                assetlog_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method),
            ]
        }
        if let file = request.caFile {
            settings.append(assetlog_curl_set_text(handle, CURLOPT_CAINFO, file))
            // Only the file: not the system's directory of authorities.
            settings.append(assetlog_curl_set_text(handle, CURLOPT_CAPATH, nil))
        }
        return settings
    }

    // Without "Expect:" libcurl waits a second for an interim answer before it sends a larger body.
    private func fields(of request: OutboundRequest) throws(DeliveryError) -> UnsafeMutablePointer<curl_slist>? {
        var list = curl_slist_append(nil, "Expect:")
        for header in request.headers {
            let value = header.value.revealed
            guard !header.name.isEmpty, header.name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") }),
                value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
            else {
                curl_slist_free_all(list)
                let name = header.name.filter { $0.isLetter || $0 == "-" }
                throw DeliveryError(
                    .invalidRequest, "the header \(name) can't be sent; remove line ends and control characters from it")
            }
            guard let longer = curl_slist_append(list, "\(header.name): \(value)") else {
                curl_slist_free_all(list)
                throw DeliveryError(.failed, "libcurl is out of memory")
            }
            list = longer
        }
        return list
    }

    // What the TLS libraries say of an answer that is no TLS: OpenSSL before and since 3.2, GnuTLS, and mbed TLS.
    private static func isPlain(_ reason: String) -> Bool {
        ["wrong version number", "packet length too long", "record layer failure", "unexpected TLS packet", "invalid SSL record"]
            .contains { reason.lowercased().contains($0.lowercased()) }
    }

    // libcurl has one code for every fault of a certificate; its sentence tells them apart.
    private static func untrusted(_ place: String, _ status: CURLcode, _ reason: String, _ caFile: String?) -> String {
        let words = reason.lowercased()
        if status == CURLE_SSL_CACERT_BADFILE, let caFile {
            return "the authorities in \(caFile) can't be read: \(reason). Check that the file exists and is PEM"
        }
        if words.contains("expired") {
            return "the certificate of \(place) has expired, or the clock of this machine is ahead: \(reason)."
                + " Renew it on the server"
        }
        if words.contains("not yet valid") {
            return "the certificate of \(place) is not yet valid, or the clock of this machine is behind: \(reason)."
                + " Check both"
        }
        if words.contains("subject name") || words.contains("does not match") {
            return "the certificate of \(place) is for another name: \(reason). Use one of its names in the URL"
        }
        return "the certificate of \(place) is not trusted: \(reason). Specify the file with its authority"
    }

    private func failure(_ status: CURLcode, _ request: OutboundRequest) -> DeliveryError {
        let said = message[0] == 0 ? String(cString: curl_easy_strerror(status)) : String(cString: message)
        let reason = said.last == "\n" ? String(said.dropLast()) : said
        let place = request.origin
        switch status {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY:
            return DeliveryError(.unreachable, "\(place) can't be reached: \(reason)")
        case CURLE_OPERATION_TIMEDOUT:
            return DeliveryError(.timedOut, "\(place) did not answer in time: \(reason)")
        case CURLE_SSL_CONNECT_ERROR where Self.isPlain(reason):
            return DeliveryError(
                .interrupted,
                "the port of \(place) speaks plain HTTP, not TLS; use http://, or give the server a certificate")
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SSL_CONNECT_ERROR:
            return DeliveryError(.interrupted, "the connection to \(place) broke: \(reason)")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CERTPROBLEM:
            return DeliveryError(.untrusted, Self.untrusted(place, status, reason, request.caFile))
        case CURLE_WEIRD_SERVER_REPLY,
            CURLE_UNSUPPORTED_PROTOCOL where request.url.lowercased().hasPrefix("http"):
            return DeliveryError(.interrupted, "\(place) did not answer with HTTP: \(reason)")
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT:
            return DeliveryError(.invalidRequest, "the URL of \(place) can't be used: \(reason)")
        case CURLE_ABORTED_BY_CALLBACK:
            return DeliveryError(.cancelled, "the request to \(place) was cancelled")
        default:
            return DeliveryError(.failed, "the request to \(place) failed: \(reason)")
        }
    }
}

extension Duration {
    /// At least 1, because 0 means no limit to libcurl.
    fileprivate var milliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(clamping: min(seconds, 1_000_000) * 1000 + attoseconds / 1_000_000_000_000_000))
    }
}
#endif
