import AssetlogCore

/// Copies what is left of removed events, so that a catalog of the copy has their counts too.
struct CopiedSums {
    /// How many events were removed from the source; 0: none.
    private let removed: Int64
    /// Whether the destination keeps sums.
    private let isPossible: Bool

    private static let pageBytes = 4 << 20

    /// Copies the sums that the destination does not have yet, in their order.
    ///
    /// - Throws: ``CopyProblem`` when the destination has others.
    static func copy(from source: any LogReader, to destination: any Storage) async throws -> CopiedSums {
        guard let reader = source.removalReader else { return CopiedSums(removed: 0, isPossible: true) }
        let removed = try await reader.removals().events
        guard let storage = destination.retaining else { return CopiedSums(removed: removed, isPossible: false) }
        var (page, bytes) = ([RemovedEvents](), 0)
        var (number, copied) = (Int64(0), Int64(0))
        while let sum = try await reader.removedEvents(after: number, limit: 1).first {
            number = sum.number
            if page.isEmpty, let known = try await storage.removedEvents(after: copied, limit: 1).first {
                guard known.isCopy(of: sum) else {
                    throw CopyProblem("the destination has sums of removed events that the source does not have; it is not only a copy")
                }
                copied = known.number
                continue
            }
            page.append(sum.copied)
            bytes += sum.payload.count
            guard bytes >= pageBytes || page.count >= 1000 else { continue }
            copied = try await append(page, to: storage)
            (page, bytes) = ([], 0)
        }
        if !page.isEmpty { _ = try await append(page, to: storage) }
        return CopiedSums(removed: removed, isPossible: true)
    }

    private static func append(_ sums: [RemovedEvents], to storage: any RetainingStorage) async throws -> Int64 {
        guard try await storage.remove(EventRemoval(sequences: [], sums: sums, time: .now())) else {
            throw CopyProblem("the destination did not accept the sums of removed events")
        }
        return try await storage.removals().head
    }

    /// The line that tells it; empty: there is nothing to tell.
    var text: String {
        guard removed > 0 else { return "" }
        let events = removed == 1 ? "1 removed event" : "\(removed) removed events"
        return isPossible
            ? "the sums of \(events) are the same\n"
            : "the destination can't keep the sums of \(events), so that a catalog of it does not count them\n"
    }
}

extension RemovedEvents {
    /// The sum in a copy, where its sequences are those of another log.
    fileprivate var copied: RemovedEvents {
        var sum = self
        sum.sequences = 0...0
        return sum
    }

    fileprivate func isCopy(of original: RemovedEvents) -> Bool {
        assetKey == original.assetKey && deployment.utf8.elementsEqual(original.deployment.utf8) && count == original.count
            && payload == original.payload
    }
}
