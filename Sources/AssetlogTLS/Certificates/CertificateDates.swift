#if TLS
internal import COpenSSL

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// From when to when a certificate is valid.
struct CertificateDates {
    private let certificate: OpaquePointer

    /// - Parameter certificate: Borrowed; it must outlive the value.
    init(_ certificate: OpaquePointer) { self.certificate = certificate }

    /// A sentence if clients will refuse the certificate today.
    func warnings(file: String) -> [String] {
        let start = X509_get0_notBefore(certificate)
        let end = X509_get0_notAfter(certificate)
        if X509_cmp_current_time(end) < 0 {
            return ["The certificate in \(file) expired on \(text(end)). Clients will refuse it; renew it."]
        }
        if X509_cmp_current_time(start) > 0 {
            return ["The certificate in \(file) is not valid before \(text(start)). Check the clock of this machine."]
        }
        return []
    }

    /// When it ends, in seconds since 1970; nil when the date cannot be read.
    var expiry: Int64? { UnixTime.seconds(X509_get0_notAfter(certificate)) }

    /// Whether it is over.
    var isExpired: Bool { X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0 }

    /// When it ends, for people: `2026-11-23`.
    var endText: String { text(X509_get0_notAfter(certificate)) }

    private func text(_ time: UnsafePointer<ASN1_TIME>?) -> String {
        var parts = tm()
        guard ASN1_TIME_to_tm(time, &parts) == 1 else { return "an unreadable date" }
        let numbers = [parts.tm_mon + 1, parts.tm_mday].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(parts.tm_year + 1900)-\(numbers[0])-\(numbers[1])"
    }
}

/// OpenSSL's times as seconds since 1970.
enum UnixTime {
    static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
        return Int64(timegm(&parts))
    }

    static var now: Int64 { Int64(time(nil)) }
}
#endif
