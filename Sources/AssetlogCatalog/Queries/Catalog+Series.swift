#if Catalog
import AssetlogCore
import AssetlogSQLite

extension Catalog {
    /// So many values are read from the log at most; beyond, the sums of days are used.
    private static let readableValues = 20_000

    package func series(_ query: SeriesQuery) async throws -> CatalogAnswer<Series?> {
        let answer = try await answer { snapshot, _ in try snapshot.days(query) }
        guard let days = answer.value else { return answer.map { _ in nil } }
        let count = days.rollups.reduce(0) { $0 + $1.rollup.count }
        // More values than points make buckets in any case: where the days are half as many as asked for, they are precise enough.
        let areDaysEnough = count > query.points && days.rollups.count * 2 >= query.points
        guard count <= Self.readableValues, !areDaysEnough else { return answer.map { _ in .buckets(days.buckets(query)) } }
        // What is known at the moment is what the log says up to it.
        let points = try await points(query, days)
        return answer.map { _ in
            points.count <= query.points ? .points(points) : .buckets(SeriesBuckets(query, points).buckets)
        }
    }

    private func points(_ query: SeriesQuery, _ days: SeriesDays) async throws -> [Series.Point] {
        guard let first = days.rollups.first?.day, let last = days.rollups.last?.day else { return [] }
        var filter = EventFilter(
            deployment: query.scope.deployment, assetKey: query.assetKey, kinds: [.materialization, .observation])
        filter.from = max(query.from ?? Timestamp(microseconds: .min), SeriesDays.start(first))
        filter.to = min(query.to ?? Timestamp(microseconds: .max), SeriesDays.start(last + 1))
        let corrections =
            days.hasCorrections
            ? try await log.corrections(of: AssetName(query.assetKey, in: query.scope.deployment), upTo: asOf) : Corrections()
        var points: [Series.Point] = []
        var label: [UInt8] = []
        CanonicalJSON.appendString(query.label.utf8, to: &label)
        let wanted = label.dropFirst().dropLast()
        try await LogWalk(log: log, filter: filter, last: asOf).forEachPage { events in
            for event in events where !corrections.cover(event) {
                EventFacts.with(event) { facts in
                    facts.forEachNumber { label, value in
                        guard label.elementsEqual(wanted) else { return }
                        points.append(Series.Point(timeKey: facts.key, value: value, partition: facts.partition))
                    }
                }
            }
        }
        return points.sorted { $0.timeKey < $1.timeKey }
    }
}

/// The days on which a label had values.
struct SeriesDays: Sendable {
    /// In the order of the days.
    var rollups: [(day: Int64, rollup: Rollup)]
    var hasCorrections: Bool

    static func start(_ day: Int64) -> Timestamp { Timestamp(microseconds: day * 86_400_000_000) }

    /// At most as many buckets as points were asked for, each of the same number of whole days.
    func buckets(_ query: SeriesQuery) -> [Series.Bucket] {
        guard let first = rollups.first?.day, let last = rollups.last?.day else { return [] }
        let width = (last - first) / Int64(max(1, query.points)) + 1
        var buckets: [(start: Int64, rollup: Rollup)] = []
        for (day, rollup) in rollups {
            let start = first + (day - first) / width * width
            if buckets.last?.start == start { buckets[buckets.count - 1].rollup += rollup } else { buckets.append((start, rollup)) }
        }
        return buckets.map { $0.rollup.bucket(from: Self.start($0.start), to: Self.start($0.start + width)) }
    }
}

/// Equal spans of time with what the points in them come to.
private struct SeriesBuckets {
    private(set) var buckets: [Series.Bucket] = []

    init(_ query: SeriesQuery, _ points: [Series.Point]) {
        guard let first = points.first?.timeKey.timestamp, let last = points.last?.timeKey.timestamp else { return }
        let start = (query.from ?? first).microseconds
        let end = max(query.to?.microseconds ?? last.microseconds + 1, start + 1)
        let width = max(1, (end - start) / Int64(query.points) + ((end - start) % Int64(query.points) == 0 ? 0 : 1))
        var present: (index: Int64, rollup: Rollup)?
        for point in points {
            let index = (point.timeKey.timestamp.microseconds - start) / width
            let rollup = Rollup(point.value, at: point.timeKey)
            if present?.index == index {
                present?.rollup += rollup
            } else {
                if let present { add(present, start, width) }
                present = (index, rollup)
            }
        }
        if let present { add(present, start, width) }
    }

    private mutating func add(_ present: (index: Int64, rollup: Rollup), _ start: Int64, _ width: Int64) {
        let from = start + present.index * width
        buckets.append(present.rollup.bucket(from: Timestamp(microseconds: from), to: Timestamp(microseconds: from + width)))
    }
}

extension Rollup {
    fileprivate func bucket(from: Timestamp, to: Timestamp) -> Series.Bucket {
        Series.Bucket(from: from, to: to, count: count, min: minimum, max: maximum, sum: sum.value, last: last)
    }
}

extension CatalogSnapshot {
    /// The days of a label; nil: there is no such asset.
    fileprivate func days(_ query: SeriesQuery) throws -> SeriesDays? {
        guard let view = try asset(query.assetKey, in: query.scope) else { return nil }
        var label: [UInt8] = []
        CanonicalJSON.appendString(query.label.utf8, to: &label)
        let content = ByteText(String(decoding: label.dropFirst().dropLast(), as: UTF8.self))
        var days = SeriesDays(rollups: [], hasCorrections: view.record.hasCorrections)
        guard let index = view.record.labels.firstIndex(of: content) else { return days }
        let first = query.from.map(DayRecord.day) ?? .min
        let last = query.to.map { DayRecord.day(of: Timestamp(microseconds: $0.microseconds - 1)) } ?? .max
        guard first <= last else { return days }
        let memory = view.merged(\.days)
        for (day, record) in memory where (first...last).contains(day) {
            if let rollup = record.rollup(of: index) { days.rollups.append((day, rollup)) }
        }
        if !view.isWhole {
            let row = try connection.statement("SELECT day, record FROM days WHERE asset = ? AND day BETWEEN ? AND ?")
            try row.bind([view.id, first, last])
            while try row.step() {
                guard memory[row.integer(0)] == nil else { continue }
                let record = try RecordReader.read(row.bytes(1), DayRecord.init)
                if let rollup = record.rollup(of: index) { days.rollups.append((row.integer(0), rollup)) }
            }
        }
        days.rollups.sort { $0.day < $1.day }
        return days
    }
}
#endif
