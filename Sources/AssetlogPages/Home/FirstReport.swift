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
            address = url + (context.location.namedDeployment.map { "/" + PercentCoding.encode($0) } ?? "")
        } else {
            address = PageAddress(request, context.identity, base: links.root).text
        }
    }

    /// What an empty log shows.
    var section: HTML {
        if configuration.paths.isReadOnly {
            return """
                <section aria-labelledby="first"><h2 id="first">Nothing has been reported yet</h2>
                <p>This server is read-only: it shows its log, but accepts no reports.</p></section>
                """
        }
        return """
            <section aria-labelledby="first"><h2 id="first">Report the first event</h2>
            <p>Nothing has been reported yet. Run this where a table is written:</p>
            \(Self.code(curl(asset: "warehouse/orders", body: #"{"partition": "2026-11-23", "metadata": {"rows": 10}}"#)))
            <p>The table appears here at once. The same with the command line tool:</p>
            \(Self.code(command(asset: "warehouse/orders")))</section>
            """
    }

    /// The lines that report a materialization of an asset.
    func curl(asset path: String, body: String) -> String {
        let token = configuration.isTokenRequired ? " \\\n  -H \"Authorization: Bearer $ASSETLOG_TOKEN\"" : ""
        return """
            curl -X POST '\(address)/report_asset_materialization/\(path)'\(token) \\
              -H 'Content-Type: application/json' \\
              -d '\(body)'
            """
    }

    /// The same with `assetlog report`.
    func command(asset: String) -> String { "assetlog report materialization \(asset) --to '\(address)'" }

    /// Lines to be copied.
    static func code(_ text: String) -> HTML { "<pre class=\"code\" tabindex=\"0\"><code>\(text)</code></pre>" }
}
