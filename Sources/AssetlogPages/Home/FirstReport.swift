import AssetlogAPI
import AssetlogCore
import AssetlogWeb
import HummingbirdCore

/// How to make a report, with this server's own address.
struct FirstReport {
    let configuration: APIConfiguration
    let address: String

    /// - Parameter deployment: The deployment that the path names; nil: none.
    init(_ configuration: APIConfiguration, _ request: Request, _ context: RouteContext) {
        self.configuration = configuration
        let links = PageLinks(context)
        if let url = configuration.publicURL {
            address = PageLinks(base: url, deployment: context.location.namedDeployment).root
        } else {
            address = PageAddress(request, context.identity, base: links.root).text
        }
    }

    /// What an empty log shows.
    var section: HTML {
        if isReadOnly {
            return """
                <section aria-labelledby="first"><h2 id="first">Nothing has been reported yet</h2>
                <p>This server is read-only: it shows its log, but accepts no reports.</p></section>
                """
        }
        return """
            <section aria-labelledby="first"><h2 id="first">Report the first event</h2>
            <p>Nothing has been reported yet. Run this where a table is written:</p>
            \(Self.code(curl(asset: Self.example, #""partition": "2026-11-23", "metadata": {"rows": 10}"#)))
            <p>The table appears here at once. The same with the command line tool:</p>
            \(command(asset: Self.example).map(Self.code))</section>
            """
    }

    private static let example = AssetKey(["warehouse", "orders"])

    /// Whether the server takes no reports.
    var isReadOnly: Bool { configuration.paths.isReadOnly }

    /// The lines that report a materialization of an asset.
    ///
    /// - Parameter members: Those of the body.
    func curl(asset key: AssetKey, _ members: String) -> String {
        // A path can't have every part: it is split at slashes, encoded or not, and clients resolve dots.
        let isPath = key.parts.allSatisfy { part in
            !part.isEmpty && part != "." && part != ".." && !part.utf8.contains { $0 == UInt8(ascii: "/") || $0 < 0x20 }
        }
        let path = isPath ? key.parts.map(PercentCoding.encode).joined(separator: "/") : ""
        let body = isPath ? "{\(members)}" : "{\"asset_key\": \(key.canonical), \(members)}"
        let token = configuration.isTokenRequired ? " \\\n  -H \"Authorization: Bearer $ASSETLOG_TOKEN\"" : ""
        return """
            curl -X POST '\(address)/report_asset_materialization/\(path)'\(token) \\
              -H 'Content-Type: application/json' \\
              -d \(ShellWord.quoted(body))
            """
    }

    /// The same with `assetlog report`; nil: it takes no key with an empty part.
    func command(asset key: AssetKey) -> String? {
        guard !key.parts.contains("") else { return nil }
        let path = key.parts.joined(separator: "/")
        let isPath = AssetKey(path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)) == key
        let isWord = isPath && !path.hasPrefix("[") && !path.hasPrefix("-")
        return "assetlog report materialization \(ShellWord.quoted(isWord ? path : key.canonical)) --to '\(address)'"
    }

    /// Lines to be copied.
    static func code(_ text: String) -> HTML { "<pre class=\"code\" tabindex=\"0\"><code>\(text)</code></pre>" }
}
