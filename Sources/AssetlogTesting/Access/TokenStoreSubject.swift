public import AssetlogCore

/// A token store that is put to the test: how its locations are made.
///
/// ```swift
/// let subject = TokenStoreSubject {
///     let directory = try TemporaryDirectory()
///     return TokenStoreLocation(open: { try await MyTokenStore(directory.path) }, remove: { directory.remove() })
/// }
///
/// @Test("keeps the contract of a token store", arguments: TokenStoreConformance.cases)
/// func conforms(to conformance: ConformanceCase<TokenStoreSubject>) async throws {
///     if case .skipped(let reason) = try await conformance.run(on: subject) { try Test.cancel("\(reason)") }
/// }
/// ```
public struct TokenStoreSubject: Sendable {
    /// Makes an empty location that is independent of all others.
    public var makeLocation: @Sendable () async throws -> TokenStoreLocation

    /// Describes a token store.
    public init(makeLocation: @escaping @Sendable () async throws -> TokenStoreLocation) {
        self.makeLocation = makeLocation
    }
}

/// Where a token store under test keeps its data: a directory, a schema of a database.
public struct TokenStoreLocation: Sendable {
    /// Opens a store at this location, also while others are open there, as a server and a command are.
    public var open: @Sendable () async throws -> any TokenStore
    /// Leaves the location as the end of the process (`kill -9`) would, though stores are still open; the next ``open``
    /// opens what is left. Nil: a test can't do that.
    public var crash: (@Sendable () async throws -> Void)?
    /// Removes the location after the test.
    public var remove: @Sendable () async -> Void

    /// Describes a location.
    public init(
        open: @escaping @Sendable () async throws -> any TokenStore, crash: (@Sendable () async throws -> Void)? = nil,
        remove: @escaping @Sendable () async -> Void = {}
    ) {
        self.open = open
        self.crash = crash
        self.remove = remove
    }
}
