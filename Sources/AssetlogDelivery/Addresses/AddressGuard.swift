#if Delivery
internal import CCurl

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Opens the sockets of a request, and refuses addresses that are not of the public Internet.
///
/// libcurl asks it for each address that it connects to, after it has resolved the name, so that no name leads elsewhere.
/// It is confined to the thread of the request.
final class AddressGuard {
    /// The address that was refused last, and what it is.
    private(set) var refusal: (address: IPAddress, range: String)?

    /// Whether a connection to the address may be opened.
    func allows(_ address: IPAddress?) -> Bool {
        guard let address, let range = AddressRange.name(of: address) else { return address != nil }
        refusal = (address, range)
        return false
    }

    /// Opens a socket; nil when the address is refused, or the operating system refuses.
    func open(_ wanted: curl_sockaddr, _ address: UnsafeRawBufferPointer) -> curl_socket_t? {
        guard allows(IPAddress(family: wanted.family, socketAddress: address)) else { return nil }
        let descriptor = socket(wanted.family, wanted.socktype, wanted.protocol)
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }
}

// libcurl's call comes back on the thread of the handle, with the guard of the request.
func openGuardedSocket(
    _ context: UnsafeMutableRawPointer?, _: curlsocktype, _ wanted: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context, let wanted, let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return -1 }
    // The address is the last member, and longer than its type says.
    let address = UnsafeRawBufferPointer(start: UnsafeRawPointer(wanted) + offset, count: Int(wanted.pointee.addrlen))
    return Unmanaged<AddressGuard>.fromOpaque(context).takeUnretainedValue().open(wanted.pointee, address) ?? -1
}
#endif
