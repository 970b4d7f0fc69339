import AssetlogCore

extension AssetRecord {
    /// Writes everything but the counts of hours, which have a column of their own.
    func write(to writer: inout RecordWriter) {
        counts.write(to: &writer)
        writer.write(firstSeen.microseconds)
        writer.write(lastSeen.microseconds)
        writer.write(latest) { writer, entry in
            writer.write(byte: entry.kind.rawValue)
            entry.event.write(to: &writer)
        }
        writer.write(success) { writer, streak in streak.write(to: &writer) { $0.write($1) } }
        writer.write(version) { writer, streak in streak.write(to: &writer) { $0.write($1.text) } }
        writer.write(description) { $1.write(to: &$0) { $0.write($1) } }
        writer.write(tags) { $1.write(to: &$0) { $0.write(bytes: $1) } }
        writer.write(upstream) { $1.write(to: &$0) { $0.write(bytes: $1) } }
        for count in [checkNames, checks.failed, checks.warned, checks.passed] { writer.write(count) }
        partitions.write(to: &writer)
        hours.write(to: &writer)
    }

    /// What the file keeps of it: what every catalog of a log has equally, and then what depends on how it came to be.
    func encoded() -> [UInt8] {
        var writer = RecordWriter()
        write(to: &writer)
        writer.write(labels) { $0.write($1.text) }
        writer.write(hasCorrections)
        writer.write(lastDay)
        writer.write(lastPartition) { $0.write($1.text) }
        return writer.bytes
    }

    /// - Throws: ``DamagedRecord``.
    init(_ reader: inout RecordReader) throws(DamagedRecord) {
        counts = try KindCounts(&reader)
        firstSeen = Timestamp(microseconds: try reader.integer())
        lastSeen = Timestamp(microseconds: try reader.integer())
        latest = try reader.array { reader throws(DamagedRecord) in
            guard let kind = EventKind(rawValue: try reader.byte()) else { throw DamagedRecord() }
            return (kind, try LatestEvent(&reader))
        }
        success = try reader.optional { reader throws(DamagedRecord) in
            try Streak(&reader) { reader throws(DamagedRecord) in try reader.flag() }
        }
        version = try reader.optional { reader throws(DamagedRecord) in
            try Streak(&reader) { reader throws(DamagedRecord) in ByteText(try reader.text()) }
        }
        description = try reader.optional { reader throws(DamagedRecord) in
            Reported(key: try reader.timeKey(), value: try reader.text())
        }
        tags = try reader.optional { reader throws(DamagedRecord) in
            Reported(key: try reader.timeKey(), value: try reader.blob())
        }
        upstream = try reader.optional { reader throws(DamagedRecord) in
            Reported(key: try reader.timeKey(), value: try reader.blob())
        }
        checkNames = Int(try reader.integer())
        checks.failed = Int(try reader.integer())
        checks.warned = Int(try reader.integer())
        checks.passed = Int(try reader.integer())
        partitions = try StandingCounts(&reader)
        hours = try HourCounts(&reader)
        labels = try reader.array { reader throws(DamagedRecord) in ByteText(try reader.text()) }
        hasCorrections = try reader.flag()
        lastDay = try reader.integer()
        lastPartition = try reader.optional { reader throws(DamagedRecord) in ByteText(try reader.text()) }
    }
}

extension AssetRecord.Reported {
    fileprivate func write(to writer: inout RecordWriter, _ body: (inout RecordWriter, Value) -> Void) {
        writer.write(key)
        body(&writer, value)
    }
}

extension LatestEvent {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.write(event)
        for text in [partition, dataVersion, reportedBy, failureReason, failureMessage] {
            writer.write(text) { $0.write($1) }
        }
    }

    fileprivate init(_ reader: inout RecordReader) throws(DamagedRecord) {
        func text() throws(DamagedRecord) -> String? {
            try reader.optional { reader throws(DamagedRecord) in try reader.text() }
        }
        self.init(event: try reader.event())
        partition = try text()
        dataVersion = try text()
        reportedBy = try text()
        failureReason = try text()
        failureMessage = try text()
    }
}
