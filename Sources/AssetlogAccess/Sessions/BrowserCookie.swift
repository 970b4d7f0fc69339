/// A cookie that the server gives to a browser, which no script can read and no other site makes it send but by a link.
package struct BrowserCookie: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Its value.
    package let value: String
    /// The path prefix of the server, without a slash at its end.
    package let base: String
    /// Whether it is sent over HTTPS only.
    package let isSecure: Bool
    /// How many seconds it lasts; nil: until the browser is closed; 0 takes it away.
    package let seconds: Int64?

    /// Makes a cookie.
    package init(_ name: String, _ value: String, base: String, isSecure: Bool, seconds: Int64? = nil) {
        (self.name, self.value, self.base, self.isSecure, self.seconds) = (name, value, base, isSecure, seconds)
    }

    /// The value of the header field `Set-Cookie`.
    package var field: String {
        let age = seconds.map { "; Max-Age=\($0)" } ?? ""
        return "\(name)=\(value); Path=\(base.isEmpty ? "/" : base)\(age); HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
    }
}
