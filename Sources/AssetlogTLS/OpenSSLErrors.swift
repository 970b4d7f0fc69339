#if TLS
internal import COpenSSL

/// The error queue of OpenSSL. It belongs to the thread, so it is shared by all connections of an event loop and must be
/// empty before each call.
enum OpenSSLErrors {
    static func clear() { ERR_clear_error() }

    /// Takes all errors off the queue; the innermost is the first. Nil when there was none.
    static func drain() -> Drained? {
        var drained: Drained?
        while true {
            let code = ERR_get_error()
            if code == 0 { return drained }
            if drained == nil { drained = Drained(reason: ERR_GET_REASON(code), text: text(code)) }
        }
    }

    struct Drained {
        /// One of the constants `SSL_R_…`, `PEM_R_…`.
        var reason: Int32
        /// OpenSSL's words for it: `wrong version number`.
        var text: String
    }

    private static func text(_ code: UInt) -> String {
        if let reason = ERR_reason_error_string(code) { return String(cString: reason) }
        return "error \(String(code, radix: 16))"
    }
}
#endif
