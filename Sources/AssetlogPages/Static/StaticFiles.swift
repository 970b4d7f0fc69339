import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// The style and the script of the pages, under names that change with what is in them.
struct StaticFiles: RouteGroup {
    /// A file that browsers keep.
    struct File: Sendable {
        let name: String
        let type: String
        let bytes: [UInt8]

        init(_ stem: String, _ suffix: String, type: String, _ bytes: [UInt8]) {
            let tag = bytes.withUnsafeBytes { ContentTag.text(of: $0) }.prefix(12)
            name = "\(stem)-\(tag).\(suffix)"
            self.type = type
            self.bytes = bytes
        }
    }

    let style: File
    let script: File

    init() {
        style = File(
            "pages", "css", type: "text/css; charset=utf-8",
            PackageResources.pages_css + PackageResources.metadata_css + PackageResources.plots_css)
        script = File("pages", "js", type: "text/javascript; charset=utf-8", PackageResources.pages_js)
    }

    var routes: [Route] {
        [Route(.get, "/static/{file}", .open, about: .allDeployments, name: "/static", isPage: true, handler: file)]
    }

    private func file(_ request: Request, _ context: RouteContext) throws -> Response {
        guard let file = [style, script].first(where: { $0.name == context.parameters["file"] }) else { throw NoSuchPath() }
        var response = Response(type: file.type, bytes: file.bytes)
        // The name is another one when the file is.
        response.headers[.cacheControl] = "public, max-age=31536000, immutable"
        return response
    }
}
