public import AssetlogCore

/// A storage that is put to the test: how its locations are made.
///
/// ```swift
/// let subject = StorageSubject {
///     let directory = try TemporaryDirectory()
///     return StorageLocation(open: { try await MyStorage(directory.path) }, remove: { directory.remove() })
/// }
///
/// @Test("keeps the contract of a storage", arguments: StorageConformance.cases)
/// func conforms(to conformance: ConformanceCase<StorageSubject>) async throws {
///     if case .skipped(let reason) = try await conformance.run(on: subject) { try Test.cancel("\(reason)") }
/// }
/// ```
public struct StorageSubject: Sendable {
    /// Makes an empty location that is independent of all others.
    public var makeLocation: @Sendable () async throws -> StorageLocation

    /// Describes a storage.
    public init(makeLocation: @escaping @Sendable () async throws -> StorageLocation) {
        self.makeLocation = makeLocation
    }
}

/// Where a storage under test keeps its data: a directory, a schema of a database.
public struct StorageLocation: Sendable {
    /// Opens the storage at this location, empty at first, and after a close with what was there.
    public var open: @Sendable () async throws -> any Storage
    /// Why nothing outlives a close, for a storage that is meant so; nil: everything does.
    public var forgets: String?
    /// Leaves the location as the end of the process (`kill -9`) would, though the storage is still open; the next
    /// ``open`` opens what is left. Nil: a test can't do that.
    public var crash: (@Sendable () async throws -> Void)?
    /// After ``crash``: leaves at the log's end the beginning of a write that was never acknowledged. Nil: that
    /// can't happen to it.
    public var tearTail: (@Sendable () async throws -> Void)?
    /// Makes the append of every event in the deployment ``poisonedDeployment`` fail from now on, though not that of
    /// those before it in its batch. Nil: a test can't do that.
    public var poison: (@Sendable () async throws -> Void)?
    /// Opens the storage at this location once more, as another server does while the first one works on it. Nil: it is
    /// one server's alone.
    public var openAnother: (@Sendable () async throws -> any Storage)?
    /// Removes the location after the test.
    public var remove: @Sendable () async -> Void

    /// The deployment whose events ``poison`` makes fail.
    public static let poisonedDeployment = "poisoned"

    /// Describes a location.
    public init(
        open: @escaping @Sendable () async throws -> any Storage, forgets: String? = nil,
        crash: (@Sendable () async throws -> Void)? = nil, tearTail: (@Sendable () async throws -> Void)? = nil,
        poison: (@Sendable () async throws -> Void)? = nil,
        openAnother: (@Sendable () async throws -> any Storage)? = nil, remove: @escaping @Sendable () async -> Void = {}
    ) {
        self.open = open
        self.forgets = forgets
        self.crash = crash
        self.tearTail = tearTail
        self.poison = poison
        self.openAnother = openAnother
        self.remove = remove
    }
}
