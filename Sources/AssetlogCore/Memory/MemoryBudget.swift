import Synchronization

/// The memory that everything a client can make grow takes together: a total, and shares of it for each purpose.
///
/// A part of the total and of each share is kept for small holders, so that a single report finds room while large
/// requests hold all that they may. Counters are atomic; nothing waits here.
package final class MemoryBudget: Sendable {
    /// Holders of at most this many bytes are small.
    package static let smallBytes = 64 << 10

    /// The most bytes that all shares may hold together.
    package let limit: Int
    private let used = Atomic(0)

    /// Makes a budget.
    ///
    /// - Parameter limit: In bytes.
    package init(limit: Int) {
        self.limit = limit
    }

    /// The bytes that are held now.
    package var usedBytes: Int { used.load(ordering: .relaxed) }

    /// Makes a share of the budget, for one purpose.
    ///
    /// - Parameter limit: The most bytes that the share may hold.
    package func share(limit: Int) -> Share {
        Share(of: self, limit: limit)
    }

    // What only small holders may take.
    private static func reserve(of limit: Int) -> Int { min(limit / 8, 16 << 20) }

    private func take(_ bytes: Int, isSmall: Bool) -> Bool {
        let after = used.add(bytes, ordering: .relaxed).newValue
        if after <= limit - (isSmall ? 0 : Self.reserve(of: limit)) { return true }
        used.subtract(bytes, ordering: .relaxed)
        return false
    }

    private func release(_ bytes: Int) {
        let after = used.subtract(bytes, ordering: .relaxed).newValue
        assert(after >= 0, "more was released than taken")
    }

    /// What one purpose may take of a budget.
    package final class Share: Sendable {
        /// The most bytes that the share may hold, one large holder aside.
        package let limit: Int
        private let budget: MemoryBudget
        private let used = Atomic(0)

        fileprivate init(of budget: MemoryBudget, limit: Int) {
            self.budget = budget
            self.limit = limit
        }

        /// The bytes that are held now.
        package var usedBytes: Int { used.load(ordering: .relaxed) }

        /// Takes bytes; false, and nothing is taken, when there is no room.
        ///
        /// A lone holder has room whatever the share's limit is, or a request that is larger than the share would never
        /// be served.
        /// - Parameter holding: What the same holder has taken already; it decides whether the holder is small.
        package func take(_ bytes: Int, holding: Int = 0) -> Bool {
            guard bytes > 0 else { return true }
            assert(holding >= 0, "a holder says that it has less than nothing")
            let isSmall = holding + bytes <= MemoryBudget.smallBytes
            let after = used.add(bytes, ordering: .relaxed).newValue
            let isAlone = after == holding + bytes
            let fits = isAlone || after <= limit - (isSmall ? 0 : MemoryBudget.reserve(of: limit))
            if fits, budget.take(bytes, isSmall: isSmall) { return true }
            used.subtract(bytes, ordering: .relaxed)
            return false
        }

        /// Takes bytes that are there already, whether there is room or not.
        package func takeAnyway(_ bytes: Int) {
            guard bytes > 0 else { return }
            used.add(bytes, ordering: .relaxed)
            budget.used.add(bytes, ordering: .relaxed)
        }

        /// Gives bytes back.
        package func release(_ bytes: Int) {
            guard bytes > 0 else { return }
            let after = used.subtract(bytes, ordering: .relaxed).newValue
            assert(after >= 0, "more was released than taken")
            budget.release(bytes)
        }
    }
}

/// What one holder has taken of a share; given back when nothing refers to it any longer. State lives in a `Mutex`.
package final class MemoryHold: Sendable {
    private let share: MemoryBudget.Share
    private let held = Mutex(0)

    /// Makes a hold of nothing.
    package init(of share: MemoryBudget.Share) {
        self.share = share
    }

    deinit { share.release(held.withLock { $0 }) }

    /// The bytes that are held now.
    package var bytes: Int { held.withLock { $0 } }

    /// Holds this many bytes from now on, instead of those before; false, and nothing changes, when there is no room.
    package func change(to bytes: Int) -> Bool {
        held.withLock { held in
            if bytes > held {
                guard share.take(bytes - held, holding: held) else { return false }
            } else {
                share.release(held - bytes)
            }
            held = bytes
            return true
        }
    }

    /// Holds this many bytes from now on, whether there is room or not: they are there already, and are about to go.
    package func change(anywayTo bytes: Int) {
        held.withLock { held in
            if bytes > held { share.takeAnyway(bytes - held) } else { share.release(held - bytes) }
            held = bytes
        }
    }
}

/// The budget of a server, by purpose.
package struct ServerMemory: Sendable {
    /// What is kept of requests until they are answered: heads, bodies, and the events that they become.
    package let requests: MemoryBudget.Share
    /// Answers that clients have not read yet.
    package let answers: MemoryBudget.Share
    /// What open connections cost by themselves.
    package let connections: MemoryBudget.Share

    /// The bytes that all three hold now.
    package var usedBytes: Int { requests.usedBytes + answers.usedBytes + connections.usedBytes }

    /// Divides a total.
    ///
    /// - Parameters:
    ///   - total: The bytes of all three together.
    ///   - requests: The most bytes of requests.
    ///   - answers: The most bytes of answers.
    package init(total: Int, requests: Int, answers: Int) {
        let budget = MemoryBudget(limit: total)
        self.requests = budget.share(limit: requests)
        self.answers = budget.share(limit: answers)
        connections = budget.share(limit: total / 4 * 3)
    }
}
