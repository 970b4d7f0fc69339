package import AssetlogCore

/// A person's session: what a browser shows instead of the token that the person has signed in with.
///
/// It lets the person read. Whatever changes something also asks for a form's own token; see ``SessionSigner/isFormToken(_:for:)``.
package struct Session: Hashable, Sendable {
    /// When it ends.
    package let expiresAt: Timestamp
    /// The value of its cookie.
    package let cookie: Secret
}
