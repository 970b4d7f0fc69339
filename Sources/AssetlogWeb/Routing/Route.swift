import AssetlogAccess
import AssetlogObservation
package import HTTPTypes
package import HummingbirdCore

/// One thing that the server does at a path: everything that is decided about a request before its handler runs.
package struct Route: Sendable {
    /// Answers a request that the caller may make.
    package typealias Handler = @Sendable (Request, RouteContext) async throws -> Response

    /// What a route is about.
    package enum Scope: Sendable {
        /// The events of a deployment, whose name may stand before the path.
        case deployment
        /// The server itself.
        case server
        /// All deployments together, so that its path is below the name of none.
        case allDeployments
    }

    /// The method; GET answers HEAD too.
    package var method: HTTPRequest.Method
    /// The path below the prefix and the name of a deployment.
    package var pattern: PathPattern
    /// What the caller must be allowed.
    package var permission: RoutePermission
    /// What it is about.
    package var scope: Scope
    /// Its name in metrics and logs; nil: the path.
    package var name: String?
    /// Whether the 404 of an unknown path names it, and other methods are answered 405 rather than 404.
    package var isListed: Bool
    /// Whether it is a page for browsers: its errors are pages too, and who has no valid token is led to sign in.
    package var isPage: Bool
    /// Whether it takes a session for a request that changes something, because its handler checks the token of the form.
    package var acceptsSession: Bool
    /// Answers the request.
    package var handler: Handler

    /// Makes a route.
    ///
    /// - Parameter path: As ``PathPattern`` reads it.
    package init(
        _ method: HTTPRequest.Method = .get, _ path: String, _ permission: RoutePermission, about scope: Scope = .server,
        name: String? = nil, isListed: Bool = true, isPage: Bool = false, acceptsSession: Bool = false, handler: @escaping Handler
    ) {
        self.method = method
        pattern = PathPattern(path)
        self.permission = permission
        self.scope = scope
        self.name = name
        self.isListed = isListed
        self.isPage = isPage
        self.acceptsSession = acceptsSession
        self.handler = handler
    }
}

/// Routes that belong together: each part of the server that answers requests says which.
package protocol RouteGroup: Sendable {
    /// The routes, each once.
    var routes: [Route] { get }
}

/// A handler's way to say that its route has no such path after all; the answer is that of an unknown path.
package struct NoSuchPath: Error {
    /// Makes it.
    package init() {}
}
