/// Which events of a batch are inserted, decided before the first one is.
///
/// ```swift
/// let plan = batch.plan { columns in columns.match(find(columns.id, columns.deployment)) }
/// for (sequence, index) in zip(last + 1..., plan.insertions.joined()) { insert(batch, index, sequence) }
/// return plan.outcome(after: last)
/// ```
public struct AppendPlan: Sendable {
    /// Why an event is not inserted; an event before it in the batch is named by its index.
    fileprivate enum Obstacle {
        case logged(SkippedEvent.Reason)
        case earlier(Int, isSame: Bool)
    }

    fileprivate let count: Int
    fileprivate var obstacles: [(index: Int, obstacle: Obstacle)] = []

    fileprivate init(count: Int) {
        self.count = count
    }

    /// The number of events that are inserted.
    public var insertionCount: Int { count - obstacles.count }

    /// The indices of the events that are inserted, in order.
    public var insertions: [Range<Int>] {
        var next = 0
        var ranges: [Range<Int>] = []
        for (obstacle, _) in obstacles {
            if next < obstacle { ranges.append(next..<obstacle) }
            next = obstacle + 1
        }
        if next < count { ranges.append(next..<count) }
        return ranges
    }

    /// What becomes of the batch when the inserted events get the sequences that follow `last`.
    public func outcome(after last: Int64) -> AppendOutcome {
        var outcome = AppendOutcome()
        if insertionCount > 0 { outcome.sequences = last + 1...last + Int64(insertionCount) }
        outcome.skippedEvents = obstacles.map { index, obstacle in
            switch obstacle {
            case .logged(let reason): SkippedEvent(index: index, reason: reason)
            case .earlier(let other, let isSame):
                SkippedEvent(index: index, reason: reason(isSame, sequence(of: other, after: last)))
            }
        }
        return outcome
    }

    private func reason(_ isSame: Bool, _ sequence: Int64?) -> SkippedEvent.Reason {
        guard isSame, let sequence else { return .conflict(sequence: sequence) }
        return .duplicate(sequence: sequence)
    }

    /// The sequence of an event of the batch; nil: it is not inserted.
    private func sequence(of index: Int, after last: Int64) -> Int64? {
        let before = obstacles.partitionPoint { $0.index >= index }
        if before < obstacles.count, obstacles[before].index == index { return nil }
        return last + 1 + Int64(index - before)
    }
}

extension EventBatch {
    /// Decides which events are inserted: all but duplicates, conflicts, and groups that hold a conflict or may not be
    /// inserted in part.
    ///
    /// - Parameter check: Looks for the event of the same identity in the same deployment. It is called in order, and
    ///   only for events whose identity the client chose; what stands earlier in the batch need not be looked for.
    public func plan(
        _ check: (borrowing EventColumns) throws -> IdentityMatch
    ) rethrows -> AppendPlan {
        var planner = Planner(count: count)
        guard clientIdentities > 0 else { return planner.plan }
        var next = 0
        for (group, rule) in zip(groups, groupRules) {
            for index in next..<group.lowerBound { try planner.add(index, of: self, check) }
            try planner.add(group, rule, of: self, check)
            next = group.upperBound
        }
        for index in next..<count { try planner.add(index, of: self, check) }
        return planner.plan
    }

    /// An identity whose deployment's name stays in the batch.
    private struct Identity: Hashable {
        var id: EventID
        var deployment: UnsafeRawBufferPointer

        static func == (left: Identity, right: Identity) -> Bool {
            left.id == right.id && left.deployment.isSame(as: right.deployment)
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(id)
            hasher.combine(bytes: deployment)
        }
    }

    private struct Planner {
        var plan: AppendPlan
        /// The events of the batch so far that are inserted, by identity.
        private var indices: [Identity: Int] = [:]

        init(count: Int) {
            plan = AppendPlan(count: count)
        }

        mutating func add(
            _ index: Int, of batch: borrowing EventBatch, _ check: (borrowing EventColumns) throws -> IdentityMatch
        ) rethrows {
            try batch.withColumns(at: index) { columns in
                guard columns.clientChoice.contains(.identity) else { return }
                let identity = Identity(id: columns.id, deployment: columns.deployment)
                if let earlier = indices[identity] {
                    let isSame = batch.withColumns(at: earlier) { columns.isRepetition(of: $0) }
                    plan.obstacles.append((index, .earlier(earlier, isSame: isSame)))
                    return
                }
                switch try check(columns) {
                case .none: indices[identity] = index
                case .event(let sequence, isSame: true):
                    plan.obstacles.append((index, .logged(.duplicate(sequence: sequence))))
                case .event(let sequence, isSame: false):
                    plan.obstacles.append((index, .logged(.conflict(sequence: sequence))))
                case .unknown: plan.obstacles.append((index, .logged(.indeterminate)))
                }
            }
        }

        mutating func add(
            _ group: Range<Int>, _ rule: GroupRule, of batch: borrowing EventBatch,
            _ check: (borrowing EventColumns) throws -> IdentityMatch
        ) rethrows {
            let before = plan.obstacles.count
            for index in group { try add(index, of: batch, check) }
            let found = plan.obstacles[before...]
            guard
                let culprit = found.first(where: \.obstacle.spoilsItsGroup)?.index
                    ?? rule.firstForbidden(of: group, duplicates: found.map(\.index))
            else { return }
            // What is in the log is a duplicate all the same; the rest is as if it had not been sent.
            var obstacles = found.makeIterator()
            var obstacle = obstacles.next()
            var all: [(index: Int, obstacle: AppendPlan.Obstacle)] = []
            for index in group {
                let own = obstacle?.index == index ? obstacle?.obstacle : nil
                if own != nil { obstacle = obstacles.next() }
                all.append((index, own?.outsideGroup(group) ?? .logged(.groupAborted(by: culprit))))
                forget(index, of: batch)
            }
            plan.obstacles.replaceSubrange(before..., with: all)
        }

        private mutating func forget(_ index: Int, of batch: borrowing EventBatch) {
            batch.withColumns(at: index) { columns in
                let identity = Identity(id: columns.id, deployment: columns.deployment)
                if indices[identity] == index { indices[identity] = nil }
            }
        }
    }
}

extension EventBatch.GroupRule {
    /// The first new event of a group that the rule lets nobody insert; nil: there is none.
    ///
    /// - Parameter duplicates: The indices of the group's duplicates, in order; every other event is new.
    fileprivate func firstForbidden(of group: Range<Int>, duplicates: [Int]) -> Int? {
        let mayInsert =
            switch self {
            case .insertsNew: true
            case .insertsAllOrNone: duplicates.isEmpty
            case .insertsNone: false
            }
        guard !mayInsert else { return nil }
        return zip(group, duplicates).first { $0 != $1 }?.0 ?? group.dropFirst(duplicates.count).first
    }
}

extension AppendPlan.Obstacle {
    fileprivate var spoilsItsGroup: Bool {
        switch self {
        case .logged(.duplicate), .earlier(_, isSame: true): false
        default: true
        }
    }

    /// Itself, unless it is the repetition of an event of the group, which is left out.
    fileprivate func outsideGroup(_ group: Range<Int>) -> Self? {
        if case .earlier(let other, isSame: true) = self, group.contains(other) { return nil }
        return self
    }
}
