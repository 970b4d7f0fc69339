import AssetlogCore

extension NominalTime {
    /// The time that a partition stands for: a day (`2026-11-22`), or an hour (`2026-11-22-05:00`, the form of Dagster's hourly
    /// partitions), both in UTC. Nil for every other key.
    public init?(partition: String) {
        let day = partition.utf8.prefix(10)
        let length: Int64
        let text: String
        switch partition.utf8.count {
        case 10: (text, length) = ("\(partition)T00:00:00Z", 24)
        case 16:
            guard partition.utf8.dropFirst(10).first == UInt8(ascii: "-") else { return nil }
            (text, length) = ("\(Substring(day))T\(Substring(partition.utf8.suffix(5))):00Z", 1)
        default: return nil
        }
        // RFC 3339 has no year of five digits.
        guard let start = Timestamp(text), !partition.hasPrefix("0000"), !partition.hasPrefix("9999-12-31") else { return nil }
        self.init(start: start, end: Timestamp(microseconds: start.microseconds + length * 3_600_000_000))
    }
}
