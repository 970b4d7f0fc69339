import AssetlogAccess
import AssetlogObservation
import HTTPTypes

/// What a request asks for.
struct RouteMatch: Sendable {
    enum Target: Sendable {
        /// A route, with the values of the parameters in the path.
        case route(Route, RequestLocation, parameters: [String: String])
        /// A path that has routes, but none of the request's method.
        case wrongMethod(Route, RequestLocation, allowed: [HTTPRequest.Method])
        /// No route has the path.
        case nothing(RequestLocation)
        case redirect(String)
        /// It is not below the prefix.
        case outside(base: String)
        case unknownDeployment(String, reason: String)
    }

    let target: Target
    /// Its name in metrics and logs.
    let name: RequestRoute

    /// Whether the path is that of a page.
    let isPage: Bool
    /// Whether the path is that of a route, of whatever method.
    let hasRoute: Bool
    // Its route takes a session for whatever method it has.
    private let takesSession: Bool

    init(_ target: Target, _ name: RequestRoute = .other) {
        (self.target, self.name) = (target, name)
        switch target {
        case .route(let route, _, _): (isPage, hasRoute, takesSession) = (route.isPage, true, route.acceptsSession)
        case .wrongMethod(let route, _, _): (isPage, hasRoute, takesSession) = (route.isPage, true, false)
        case .nothing, .redirect, .outside, .unknownDeployment: (isPage, hasRoute, takesSession) = (false, false, false)
        }
    }

    /// Makes the match of a path below an unknown deployment, which nobody shall tell from one below another by its answer.
    init(_ target: Target, like other: RouteMatch) {
        (self.target, name) = (target, .other)
        (isPage, hasRoute, takesSession) = (other.isPage, other.hasRoute, other.takesSession)
    }

    /// The route whose permission counts: of a wrong method the first one of the path.
    private var route: (Route, RequestLocation)? {
        switch target {
        case .route(let route, let location, _), .wrongMethod(let route, let location, _): (route, location)
        default: nil
        }
    }

    /// Whether a request whose token is missing or wrong is refused.
    var needsIdentity: Bool { route?.0.permission.needsIdentity ?? true }

    /// Where the request is in the layout of the paths; nil: it is in none.
    var location: RequestLocation? {
        switch target {
        case .route(_, let location, _), .wrongMethod(_, let location, _), .nothing(let location): location
        case .redirect, .outside, .unknownDeployment: nil
        }
    }

    /// Whether a session counts: a browser sends it also with what another site makes it ask, so not where something changes, but
    /// for routes that check that themselves.
    func acceptsSession(_ method: HTTPRequest.Method) -> Bool {
        method == .get || method == .head || takesSession
    }

    /// The deployment that the path names, whether there is one of that name or not; nil: it names none.
    var namedDeployment: String? {
        switch target {
        case .unknownDeployment(let name, _): name
        case .route(_, let location, _), .wrongMethod(_, let location, _), .nothing(let location): location.namedDeployment
        case .redirect, .outside: nil
        }
    }

    /// The deployment that is asked about, as its events are kept; nil where the request is about the server itself.
    func deployment(of identity: RequestIdentity) -> String? {
        guard let (route, location) = route, route.scope == .deployment || location.namedDeployment != nil else { return nil }
        return location.deployment(of: identity)
    }
}
