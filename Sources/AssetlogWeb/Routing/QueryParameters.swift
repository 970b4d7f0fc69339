import AssetlogCore
import HTTPTypes

/// The parameters in the query of a URL: each once but for lists, and none that the route does not know.
package struct QueryParameters: Sendable {
    private var values: [String: [String]] = [:]

    /// Reads the query after `?`, where `+` is a blank.
    ///
    /// - Parameters:
    ///   - query: The query.
    ///   - known: The names that the route knows.
    ///   - lists: The names of those that may stand there more than once.
    ///   - excluded: Names that similar routes know, each with what is wrong with it here.
    /// - Throws: ``RequestError`` for a parameter that is not in `known`, or is there more than once and is no list.
    package init(_ query: String?, known: [String], lists: Set<String> = [], excluded: [String: String] = [:]) throws(RequestError) {
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = PercentCoding.decode(parts.first ?? "", plusIsSpace: true)
            if let problem = excluded[name] { throw .badParameter(name, problem) }
            guard known.contains(name) else { throw Self.unknown(name, known) }
            guard values[name] == nil || lists.contains(name) else {
                throw .badParameter(name, "is given more than once; give it once")
            }
            values[name, default: []].append(parts.count == 2 ? PercentCoding.decode(parts[1], plusIsSpace: true) : "")
        }
    }

    /// The value of a parameter; nil when it is absent.
    package subscript(name: String) -> String? { values[name]?.first }

    /// The elements of a list, separated by commas or given one by one; nil when it is absent.
    package func list(_ name: String) -> [Substring]? {
        values[name]?.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
    }

    /// Whether a parameter is `true`; absent it is not.
    ///
    /// - Throws: ``RequestError`` for anything but `true` and `false`.
    package func flag(_ name: String) throws(RequestError) -> Bool { try boolean(name) ?? false }

    /// Whether a parameter is `true`; nil when it is absent.
    ///
    /// - Throws: ``RequestError`` for anything but `true` and `false`.
    package func boolean(_ name: String) throws(RequestError) -> Bool? {
        switch self[name] {
        case nil: return nil
        case "false": return false
        case "true": return true
        case let other?: throw .badParameter(name, "must be true or false, not \(other.quoted)", example: "true")
        }
    }

    /// A whole number; nil when it is absent.
    ///
    /// - Throws: ``RequestError`` for anything else, and for a number outside of the range.
    package func integer(_ name: String, in range: ClosedRange<Int64>, example: String) throws(RequestError) -> Int64? {
        guard let text = self[name] else { return nil }
        let isDigits = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isDigits, let number = Int64(text), range.contains(number) else {
            let bounds = "between \(range.lowerBound) and \(range.upperBound)"
            throw .badParameter(name, "must be a whole number \(bounds), not \(text.quoted)", example: example)
        }
        return number
    }

    private static func unknown(_ name: String, _ known: [String]) -> RequestError {
        // Distances to long texts cost time, and there is no typing error in them.
        let nearest = name.utf8.count <= 64 ? WordDistance.nearest(to: name, among: known) : nil
        let hint = nearest.map { "Did you mean \($0)?" } ?? "Available: \(known.joined(separator: ", "))."
        return RequestError(
            status: .badRequest, detail: "There is no parameter \(name.quoted) here. \(hint)",
            parameter: name.shortened)
    }
}
