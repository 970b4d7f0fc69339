import AssetlogCore
import HTTPTypes

/// The parameters in the query of a URL: each once, and none that the route does not know.
struct QueryParameters: Sendable {
    private var values: [String: String] = [:]

    /// Reads the query after `?`, where `+` is a blank.
    ///
    /// - Throws: ``APIError`` for a parameter that is not in `known`, or stands there twice.
    init(_ query: String?, known: [String]) throws(APIError) {
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = PercentCoding.decode(parts.first ?? "", plusIsSpace: true)
            guard known.contains(name) else { throw Self.unknown(name, known) }
            guard values[name] == nil else { throw .badParameter(name, "is given more than once; give it once") }
            values[name] = parts.count == 2 ? PercentCoding.decode(parts[1], plusIsSpace: true) : ""
        }
    }

    /// The value of a parameter; nil when it is absent.
    subscript(name: String) -> String? { values[name] }

    /// Whether a parameter is `true`; absent it is not.
    ///
    /// - Throws: ``APIError`` for anything but `true` and `false`.
    func flag(_ name: String) throws(APIError) -> Bool {
        switch values[name] {
        case nil, "false": return false
        case "true": return true
        case let other?: throw .badParameter(name, "must be true or false, not \(other.quoted)", example: "true")
        }
    }

    private static func unknown(_ name: String, _ known: [String]) -> APIError {
        // Distances to long texts cost time, and there is no slip of the finger in them.
        let nearest = name.utf8.count <= 64 ? ConfigurationError.nearest(to: name, among: known) : nil
        let hint = nearest.map { "Did you mean \($0)?" } ?? "Available: \(known.joined(separator: ", "))."
        return APIError(
            status: .badRequest, detail: "There is no parameter \(name.quoted) here. \(hint)",
            parameter: name.shortened)
    }
}
