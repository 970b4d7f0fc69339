#if Dagster
import AssetlogCore

/// What stands between the URL and the path of a report, by the deployment of the event.
struct DeploymentPaths: Sendable {
    /// Empty: every deployment's events go to the URL itself.
    private var paths: [String: String] = [:]

    /// Reads `deployments`.
    init(_ configuration: PluginConfiguration) throws {
        let key = DagsterKeys.deployments
        for entry in try configuration[key] {
            guard let separator = entry.firstIndex(of: "="), separator > entry.startIndex else {
                throw configuration.error(
                    key, "has the entry \"\(entry)\"; write name=path, such as prod=prod, or name= for the URL itself")
            }
            let name = String(entry[..<separator])
            let segments = entry[entry.index(after: separator)...].split(separator: "/")
            guard segments.allSatisfy(Self.isPlain) else {
                throw configuration.error(key, "has the entry \"\(entry)\", whose path may have letters, digits, - . _ ~ and / only")
            }
            guard paths.updateValue(segments.map { "/\($0)" }.joined(), forKey: name) == nil else {
                throw configuration.error(key, "has two entries for \(name); remove one")
            }
        }
    }

    /// The path of a deployment, empty or from a slash on; nil: its events are not delivered.
    subscript(deployment: String) -> String? {
        paths.isEmpty ? "" : paths[deployment]
    }

    /// The paths there are, in order.
    var all: [String] {
        paths.isEmpty ? [""] : Set(paths.values).sorted()
    }

    private static func isPlain(_ segment: Substring) -> Bool {
        segment != "." && segment != ".." && PercentCoding.encode(String(segment)) == segment
    }
}
#endif
