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

    init(_ target: Target, _ name: RequestRoute = .other) {
        self.target = target
        self.name = name
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
