#if SQLite
internal import Synchronization

/// Something that is to be done once, as any thread may say.
final class Flag: Sendable {
    private let isSet = Atomic(false)

    func set() { isSet.store(true, ordering: .releasing) }

    /// Whether it was set since it was asked last.
    func take() -> Bool { isSet.exchange(false, ordering: .acquiring) }
}
#endif
