extension ReceiverRoute {
    private static let maximumPathBytes = 200

    /// Why no server lets a receiver have the path, to follow it in a sentence; nil: one may, unless it has the path itself.
    public var pathProblem: String? {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard segments.first == "", segments.count > 1, path.utf8.count <= Self.maximumPathBytes else {
            return "must begin with a slash, and have at most \(Self.maximumPathBytes) bytes"
        }
        let parts = Array(segments.dropFirst())
        guard parts.allSatisfy(Self.isPlain) else { return "must have parts of letters, digits, - . _ and ~, none of them empty" }
        if parts[0] == "api" {
            return parts.count > 2 && parts[1] == "v1" ? nil : "must be below /api/v1/, or have a name of its own"
        }
        let isReserved = DeploymentName.isReserved(parts[0]) || parts.prefix(2).contains { $0.hasPrefix("report_asset_") }
        // Such a second part makes the first one the name of a deployment.
        let isBelowDeployment = parts.count > 1 && (parts[1] == "api" || DeploymentName.pages.contains(parts[1]))
        return isReserved || isBelowDeployment ? "is one of the server's own paths" : nil
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
