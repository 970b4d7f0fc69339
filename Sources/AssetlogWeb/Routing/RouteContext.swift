package import AssetlogAccess
package import AssetlogCore
package import Logging

/// What the handler of a request knows in addition to the request.
package struct RouteContext: Sendable {
    /// Where the request is in the layout of the paths.
    package let location: RequestLocation
    /// The values of the parameters in its path, decoded.
    package let parameters: [String: String]
    /// Who sent it and from where, as the listener found out.
    package let identity: RequestIdentity
    /// What the answer takes of the memory.
    package let memory: AnswerMemory
    /// Paces the answer, and knows when the connection has ended.
    package let flow: AnswerFlow
    /// Takes what the operator should know.
    package let logger: Logger

    /// The deployment under whose name events are kept; with that of its organization, where hosts name some.
    package var deployment: String { location.deployment(of: identity) }
}
