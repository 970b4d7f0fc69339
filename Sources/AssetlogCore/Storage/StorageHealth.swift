/// Whether a storage can be reached.
public struct StorageHealth: Hashable, Sendable {
    /// Why it can't be reached now, in a sentence for the operator without secrets; nil: it is ready.
    public var problem: String?

    /// The storage can be reached.
    public static let ready = StorageHealth(problem: nil)

    /// The storage can't be reached, for this reason; it retries.
    public static func away(_ problem: String) -> StorageHealth {
        StorageHealth(problem: problem)
    }

    /// Whether it can be reached.
    public var isReady: Bool { problem == nil }
}
