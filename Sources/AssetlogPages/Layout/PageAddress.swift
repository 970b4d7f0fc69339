import AssetlogAccess
import HTTPTypes
import HummingbirdCore

/// The address under which a browser sees this server, for the commands on the page.
struct PageAddress: Hashable, Sendable {
    /// Scheme, host and prefix, without a slash at the end: `https://assets.example.com/dagster`.
    let text: String

    /// Reads the address from a request. What a stranger could put there to harm the shell of a reader is not taken.
    init(_ request: Request, _ identity: RequestIdentity, base: String) {
        let isSecure = identity.isForwardedSecurely ?? (request.head.scheme == "https")
        let scheme = isSecure ? "https" : "http"
        let host = request.head.authority ?? ""
        text = "\(scheme)://\(Self.isPlain(host) ? host : "localhost:3000")\(base)"
    }

    private static func isPlain(_ host: String) -> Bool {
        !host.isEmpty && host.utf8.count <= 255
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"),
                    UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
