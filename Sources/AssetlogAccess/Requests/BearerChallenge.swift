/// The values of `WWW-Authenticate` (RFC 6750, section 3).
package enum BearerChallenge {
    /// A token is asked for.
    package static let missing = #"Bearer realm="assetlog""#
    /// The token that was sent does not allow the request.
    package static let insufficientScope = #"Bearer realm="assetlog", error="insufficient_scope""#
}
