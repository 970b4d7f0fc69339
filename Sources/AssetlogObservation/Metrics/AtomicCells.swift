import Synchronization

/// A fixed number of counters that any thread adds to without a lock.
final class AtomicCells: @unchecked Sendable {
    // Sendable: the pointer never changes, and what it points to is changed through atomics only. An array of
    // `Atomic` does not exist, and one object for each cell would cost a reference count for each addition.
    private let cells: UnsafeMutablePointer<Atomic<Int>>
    /// How many there are.
    let count: Int

    init(count: Int) {
        self.count = count
        cells = .allocate(capacity: count)
        for index in 0..<count { (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        cells.deinitialize(count: count)
        cells.deallocate()
    }

    /// Adds to a cell; an index out of range is ignored.
    func add(_ amount: Int, to index: Int) {
        guard index >= 0, index < count else { return }
        cells[index].wrappingAdd(amount, ordering: .relaxed)
    }

    /// What a cell holds; 0 for an index out of range.
    subscript(index: Int) -> Int {
        guard index >= 0, index < count else { return 0 }
        return cells[index].load(ordering: .relaxed)
    }
}
