#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How many files and sockets the process may have open.
struct DescriptorLimit: Hashable {
    /// What is kept for everything but connections from clients: the storage, logs, exporters, certificates.
    static let reserve = 256

    var descriptors: Int

    /// Raises the limit as far as the process may by itself.
    ///
    /// - Returns: The limit from now on; nil: not known.
    static func raised() -> DescriptorLimit? {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return nil }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return DescriptorLimit(descriptors: Int(clamping: limit.rlim_cur))
    }

    #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    private static let resource = RLIMIT_NOFILE
    #endif

    /// How many of so many connections there is room for, besides the reserve or, where there is little, one half.
    func room(for connections: Int) -> Int {
        min(connections, max(descriptors - Self.reserve, descriptors / 2, 1))
    }
}
