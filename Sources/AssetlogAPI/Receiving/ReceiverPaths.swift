import AssetlogCore

/// Which paths a receiver may have: those that no route of the server has, nor may have because of the name of a deployment.
package enum ReceiverPaths {
    /// The names below `/api/v1/` that are the server's own.
    static let reserved: Set<String> = [
        "asset", "assets", "checks", "events", "exporters", "openapi.json", "overview", "receivers",
    ]
    private static let maximumBytes = 200

    /// Why a path can't be that of a receiver, to follow it in a sentence; nil: it can.
    package static func problem(with path: String) -> String? {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard segments.first == "", segments.count > 1, path.utf8.count <= maximumBytes else {
            return "must begin with a slash, and have at most \(maximumBytes) bytes"
        }
        let parts = Array(segments.dropFirst())
        guard parts.allSatisfy(isPlain) else { return "must have parts of letters, digits, - . _ and ~, none of them empty" }
        return parts[0] == "api" ? problem(withAPI: parts) : problem(withOwn: parts)
    }

    private static func problem(withAPI parts: [String]) -> String? {
        guard parts.count > 2, parts[1] == "v1" else { return "must be below /api/v1/, or have a name of its own" }
        return reserved.contains(parts[2]) ? "is below /api/v1/\(parts[2]), which the server has itself" : nil
    }

    private static func problem(withOwn parts: [String]) -> String? {
        let isReserved = DeploymentName.isReserved(parts[0]) || parts.prefix(2).contains { $0.hasPrefix("report_asset_") }
        // Such a second part makes the first one the name of a deployment.
        guard !isReserved, parts.count < 2 || (parts[1] != "api" && !DeploymentName.pages.contains(parts[1])) else {
            return "is one of the server's own paths"
        }
        return nil
    }

    private static func isPlain(_ part: String) -> Bool {
        !part.isEmpty && part != "." && part != ".."
            && part.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                    true
                default: false
                }
            }
    }
}
