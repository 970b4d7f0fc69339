/// The rules for the name of a deployment or an organization.
public enum DeploymentName {
    private static let reserved: Set = ["api", "livez", "readyz", "metrics", "server_info"]
    /// The first parts of the paths of pages, below the path prefix and below the name of a deployment.
    package static let pages: Set = ["assets", "asset", "event", "status", "sign-in", "sign-out", "static"]

    /// What is wrong with a name, to follow the key that holds it; nil: nothing.
    public static func problem(_ name: String, label: String = "a deployment") -> String? {
        guard isPlain(name) else {
            return "contains \"\(name)\"; the name of \(label) has 1 to 128 letters, digits, - . and _"
        }
        guard !isReserved(name) else {
            return "contains \"\(name)\", which is a route of the server; choose another name"
        }
        return nil
    }

    /// Whether a deployment may have a name.
    public static func isValid(_ name: String) -> Bool {
        isPlain(name) && !isReserved(name)
    }

    private static func isPlain(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isPlain && (1...128).contains(name.utf8.count) && name != "." && name != ".."
    }

    /// Whether paths that begin with a name are routes of the server, and none of a deployment.
    package static func isReserved(_ name: String) -> Bool {
        reserved.contains(name) || pages.contains(name) || name.hasPrefix("report_")
    }
}
