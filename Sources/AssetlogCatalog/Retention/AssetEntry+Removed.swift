import AssetlogCore

extension AssetEntry {
    /// Adds what removed events add up to. The events that are left are folded before: they say everything but the counts.
    ///
    /// - Returns: About how many bytes of memory that took.
    /// - Throws: What reading the rows below throws; the counts are not complete then.
    func add(_ sum: RemovedSum, onto below: some RowsBelow) throws -> Int {
        var bytes = 0
        let days = try sum.days.map { number, day in
            (number, day, try rows.days[number] ?? unlessWhole { try below.day(number) } ?? DayRecord())
        }
        let partitions = try sum.partitions.map { name, count in
            (name, count, try rows.partitions[name] ?? unlessWhole { try below.partition(name) } ?? PartitionRecord())
        }
        let checks = try sum.checks.map { name, results in
            (name, results, try rows.checks[name] ?? unlessWhole { try below.check(name) })
        }
        record.add(sum)
        for (number, day, known) in days {
            var total = known
            total.add(day) { label in
                var name = sum.labels[label].text
                return name.withUTF8 { record.index(ofLabel: UnsafeRawBufferPointer($0)) }
            }
            rows.days[number] = total
            record.lastDay = max(record.lastDay, number)
            bytes += RowSize.day + day.labels.count * RowSize.label
        }
        for (name, count, known) in partitions {
            set(name, from: known) { row in
                row.count += count.count
                row.checkCount += count.checkCount
            }
            bytes += RowSize.partition
        }
        for (name, results, known) in checks {
            // The latest result stays in the log, unless it was voided: then there is no such check any more.
            guard var row = known else { continue }
            row.add(passes: results.passes, failures: results.failures)
            rows.checks[name] = row
            bytes += RowSize.check
        }
        return bytes
    }
}

extension AssetRecord {
    fileprivate mutating func add(_ sum: RemovedSum) {
        counts += sum.counts
        firstSeen = min(firstSeen, sum.firstSeen)
        lastSeen = max(lastSeen, sum.lastSeen)
        sum.hours.forEach { hour, kind, count in hours.add(kind, hour: hour, count: count) }
    }
}
