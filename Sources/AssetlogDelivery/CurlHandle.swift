#if Delivery
import AssetlogCore
internal import CCurl

/// libcurl's state of one connection. It is confined to one thread.
final class CurlHandle {
    // libcurl's own start is safe for threads as long as it happens once.
    private static let isStarted = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private var handle: UnsafeMutableRawPointer
    /// Where libcurl writes what went wrong; it must live as long as the handle.
    private let message: UnsafeMutablePointer<CChar>
    /// Whether the open connection was made under the guard of addresses.
    private var isGuarded = false

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
    func perform(
        _ request: OutboundRequest, _ stream: OutboundStream?, _ cancellation: Cancellation
    ) throws(DeliveryError) -> OutboundAnswer {
        if cancellation.isCancelled { throw DeliveryError(.cancelled, "the request was cancelled") }
        let route = try OutboundRoute(request)
        try prepare(isGuarded: request.refusesPrivateAddresses)
        let receiver = AnswerReceiver(limit: request.maximumAnswerBytes, stream: stream, cancellation: cancellation)
        let fields = try fields(of: request)
        defer { curl_slist_free_all(fields) }
        // The receiver and the guard outlive the call, so libcurl is given no retain of them.
        let status = withExtendedLifetime((receiver, route)) {
            request.body.withUnsafeBytes { body in
                set(request, fields, body, receiver) ?? set(route) ?? set(stream) ?? curl_easy_perform(handle)
            }
        }
        // A body that is longer than wanted is cut by ending the transfer.
        guard status == CURLE_OK || receiver.hasEnough && status == CURLE_WRITE_ERROR else {
            throw route.refusal(status) ?? failure(status, request)
        }
        var answer = receiver.answer
        var code = 0
        assetlog_curl_status(handle, &code)
        answer.status = code
        return answer
    }

    // What an earlier request set is forgotten; its connection is kept, unless no guard looked at its address.
    private func prepare(isGuarded: Bool) throws(DeliveryError) {
        if isGuarded, !self.isGuarded {
            guard let fresh = curl_easy_init() else { throw DeliveryError(.failed, "libcurl is out of memory") }
            curl_easy_cleanup(handle)
            handle = fresh
        }
        self.isGuarded = isGuarded
        curl_easy_reset(handle)
        message[0] = 0
    }

    // Returns what libcurl refused.
    private func set(
        _ request: OutboundRequest, _ fields: UnsafeMutablePointer<curl_slist>?, _ body: UnsafeRawBufferPointer,
        _ receiver: AnswerReceiver
    ) -> CURLcode? {
        let context = Unmanaged.passUnretained(receiver).toOpaque()
        let settings = [
            assetlog_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, message),
            assetlog_curl_set_text(handle, CURLOPT_URL, request.url),
            assetlog_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
            assetlog_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
            assetlog_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
            assetlog_curl_set_long(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1),
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
        return (settings + set(body, of: request) + setSecurity(of: request)).first { $0 != CURLE_OK }
    }

    // Without a setting libcurl asks the environment for a proxy, and for what is excepted from it.
    private func set(_ route: OutboundRoute) -> CURLcode? {
        var settings: [CURLcode] = []
        if let proxy = route.proxy {
            settings.append(assetlog_curl_set_text(handle, CURLOPT_PROXY, proxy))
            settings.append(assetlog_curl_set_text(handle, CURLOPT_NOPROXY, ""))
        }
        if let addressGuard = route.addressGuard {
            settings.append(assetlog_curl_set_socket_opener(handle, openGuardedSocket))
            settings.append(
                assetlog_curl_set_pointer(handle, CURLOPT_OPENSOCKETDATA, Unmanaged.passUnretained(addressGuard).toOpaque()))
        }
        return settings.first { $0 != CURLE_OK }
    }

    private func set(_ stream: OutboundStream?) -> CURLcode? {
        guard let stream else { return nil }
        let settings = [
            assetlog_curl_set_long(handle, CURLOPT_TIMEOUT_MS, 0),
            // Less than a byte in a second, for so many seconds.
            assetlog_curl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1),
            assetlog_curl_set_long(handle, CURLOPT_LOW_SPEED_TIME, max(1, Int(stream.silence / .seconds(1)))),
        ]
        return settings.first { $0 != CURLE_OK }
    }

    private func setSecurity(of request: OutboundRequest) -> [CURLcode] {
        var settings = [assetlog_curl_set_long(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)]
        if let file = request.caFile {
            settings.append(assetlog_curl_set_text(handle, CURLOPT_CAINFO, file))
            // Only the file: not the system's directory of authorities.
            settings.append(assetlog_curl_set_text(handle, CURLOPT_CAPATH, nil))
        }
        guard let certificate = request.clientCertificateFile else { return settings }
        return settings + [
            assetlog_curl_set_text(handle, CURLOPT_SSLCERT, certificate),
            assetlog_curl_set_text(handle, CURLOPT_SSLKEY, request.clientKeyFile ?? certificate),
            // For a key with a passphrase OpenSSL would ask on the terminal of the process.
            assetlog_curl_set_text(handle, CURLOPT_KEYPASSWD, ""),
        ]
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

    private func failure(_ status: CURLcode, _ request: OutboundRequest) -> DeliveryError {
        let said = message[0] == 0 ? String(cString: curl_easy_strerror(status)) : String(cString: message)
        let reason = said.last == "\n" ? String(said.dropLast()) : said
        return CurlFailure(status: status, reason: reason, request: request).error
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
