/// What a client's header Accept-Encoding says about gzip (RFC 9110, section 12.5.3).
struct AcceptedCodings {
    private static let maximumElements = 32

    // In thousandths; nil: the header does not name it.
    private var gzip: Int?
    private var identity: Int?
    private var others: Int?

    /// Reads the value of the header; an element that is malformed says nothing.
    init(_ header: String) {
        for element in header.lowercased().split(separator: ",").prefix(Self.maximumElements) {
            let parts = element.split(separator: ";", omittingEmptySubsequences: false).map { String($0).trimmingBlanks() }
            guard let name = parts.first, let quality = Self.quality(parts.dropFirst()) else { continue }
            switch name {
            case "gzip", "x-gzip": gzip = max(gzip ?? 0, quality)
            case "identity": identity = quality
            case "*": others = quality
            default: break
            }
        }
    }

    /// Whether the client accepts gzip, and not less gladly than an answer as it is.
    var prefersGzip: Bool {
        let quality = gzip ?? others ?? 0
        return quality > 0 && quality >= identity ?? 0
    }

    /// The weight among the parameters of an element, 1 without one; nil when it is malformed.
    private static func quality(_ parameters: ArraySlice<Substring>) -> Int? {
        for parameter in parameters {
            let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0).trimmingBlanks() }
            guard pair.count == 2, pair[0] == "q" else { continue }
            guard let quality = Double(pair[1]), quality >= 0, quality <= 1 else { return nil }
            return Int((quality * 1000).rounded())
        }
        return 1000
    }
}
