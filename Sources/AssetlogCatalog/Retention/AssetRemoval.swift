import AssetlogCore

/// How events of one asset are removed, with their sum.
struct AssetRemoval: Sendable {
    let storage: any RetainingStorage
    let name: AssetName
    let corrections: Corrections

    /// A sum that is not larger takes in the next one, so that there are few of them; a larger one would be written again too often.
    private static let largestMergedSum = 64 << 10

    /// What removes events in one transaction, with their sum.
    ///
    /// - Throws: What reading the sums of before throws.
    func removal(of events: [LoggedEvent], at time: Timestamp) async throws -> EventRemoval {
        var removal = EventRemoval(sequences: events.map(\.sequence), sums: [], time: time)
        let known = try await storage.removedEvents(of: name.assetKey, in: name.deployment.text)
        // What a wipe of the whole asset covers counts no more.
        removal.replacedSums = known.filter { $0.sequences.upperBound < corrections.wipedBelow }.map(\.number)
        let counted = events.filter { $0.event.kind.isReportable && !corrections.cover($0) }
        guard let first = counted.first?.sequence, let last = counted.last?.sequence else { return removal }
        var sum = RemovedSum()
        for event in counted { sum.add(event) }
        var row = RemovedEvents(
            deployment: name.deployment.text, assetKey: name.assetKey, sequences: first...last, count: Int64(counted.count), payload: [])
        if let newest = known.last, !removal.replacedSums.contains(newest.number), newest.payload.count <= Self.largestMergedSum,
            let older = try? RemovedSum(newest.payload)
        {
            sum += older
            row.count += newest.count
            row.sequences = min(first, newest.sequences.lowerBound)...max(last, newest.sequences.upperBound)
            removal.replacedSums.append(newest.number)
        }
        row.payload = sum.encoded()
        removal.sums = [row]
        return removal
    }
}
