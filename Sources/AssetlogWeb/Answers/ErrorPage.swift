package import AssetlogAccess
import HTTPTypes
package import HummingbirdCore

extension Responder {
    /// Makes the answer to a person's browser that has asked for a page and gets an error; nil: the answer is that of the API.
    ///
    /// It is asked about requests for routes that are pages, and, if the client takes HTML, about those for no route at all. The
    /// location is nil where the path is not below the prefix, or names a deployment that there is not, or that the caller may not
    /// know.
    package typealias ErrorPage = @Sendable (RequestError, Request, RequestLocation?, RequestIdentity) -> Response?
}

extension Request {
    /// Whether the client says that it takes HTML, as browsers do and programs do not.
    package var acceptsHTML: Bool {
        headers[values: .accept].contains { $0.lowercased().contains("text/html") }
    }
}
