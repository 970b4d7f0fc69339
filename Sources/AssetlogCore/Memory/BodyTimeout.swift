/// The body of a request did not arrive in time.
package struct BodyTimeout: Error {
    /// Makes the error.
    package init() {}
}
