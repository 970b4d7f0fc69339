#if TLS
internal import COpenSSL

/// Selects HTTP/1.1, else HTTP/1.0, from what a client offers by ALPN.
///
/// A client that offers only others (HTTP/2, say) is refused by an alert, as RFC 7301 asks: it sees the reason, and bytes of
/// another protocol are never taken for HTTP. A client that sends no ALPN at all does not come here, and is served.
func selectApplicationProtocol(
    _: OpaquePointer?, selected: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    selectedLength: UnsafeMutablePointer<UInt8>?, offered: UnsafePointer<UInt8>?, offeredLength: UInt32,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    let offers = UnsafeBufferPointer(start: offered, count: Int(offeredLength))
    for name in ["http/1.1", "http/1.0"] as [StaticString] {
        if let range = find(name, in: offers) {
            // It points into the client's own list, which OpenSSL copies from.
            selected?.pointee = offers.baseAddress?.advanced(by: range.lowerBound)
            selectedLength?.pointee = UInt8(truncatingIfNeeded: range.count)
            return SSL_TLSEXT_ERR_OK
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}

/// Finds a name in a list of names that each follow their length.
private func find(_ name: StaticString, in offers: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    var index = 0
    while index < offers.count {
        let start = index + 1
        let end = start + Int(offers[index])
        guard end <= offers.count else { return nil }
        let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        if offers[start..<end].elementsEqual(wanted) { return start..<end }
        index = end
    }
    return nil
}
#endif
