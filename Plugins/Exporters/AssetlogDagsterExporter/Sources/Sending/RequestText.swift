#if Dagster
import AssetlogCore
import AssetlogDelivery

/// A report as text for people, without a value that may be a credential.
struct RequestText {
    /// The request's head and body.
    let text: String

    init(_ request: OutboundRequest, _ report: Report) {
        let safe = Set((report.headers.map(\.name) + ["Content-Type"]).map { $0.lowercased() })
        let headers = request.headers.map { header in
            "\(header.name): \(safe.contains(header.name.lowercased()) ? header.value.revealed : header.value.description)"
        }
        let head = ["\(request.method) \(Self.redacted(request.url)) HTTP/1.1"] + headers
        text = (head + ["", String(decoding: report.body, as: UTF8.self)]).joined(separator: "\n")
    }

    // Scheme, host and path: neither the user and password before the host nor the query.
    private static func redacted(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return "" }
        let rest = url[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
        let authority = rest.prefix { $0 != "/" }
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        return "\(url[..<scheme.upperBound])\(host)\(rest[authority.endIndex...])"
    }
}
#endif
