package import AssetlogCore

/// The values of a numeric metadata label over time.
package enum Series: Hashable, Sendable {
    /// Every value, in order of time.
    case points([Point])
    /// What the values of equal spans of time come to, in order of time; spans without a value are left out.
    case buckets([Bucket])

    /// A value of an event.
    package struct Point: Hashable, Sendable {
        /// Where the event is in time and in the log.
        package var timeKey: EventTimeKey
        /// The value.
        package var value: Double
        /// The event's partition; nil: none.
        package var partition: String?

        /// Makes it.
        package init(timeKey: EventTimeKey, value: Double, partition: String?) {
            self.timeKey = timeKey
            self.value = value
            self.partition = partition
        }
    }

    /// What the values of a span of time come to.
    package struct Bucket: Hashable, Sendable {
        /// The beginning of the span.
        package var from: Timestamp
        /// The end of the span, which does not belong to it.
        package var to: Timestamp
        /// The number of values, at least 1.
        package var count: Int
        /// The least value.
        package var min: Double
        /// The greatest value.
        package var max: Double
        /// The sum of the values.
        package var sum: Double
        /// The value of the latest event.
        package var last: Double

        /// Makes it.
        package init(from: Timestamp, to: Timestamp, count: Int, min: Double, max: Double, sum: Double, last: Double) {
            self.from = from
            self.to = to
            self.count = count
            self.min = min
            self.max = max
            self.sum = sum
            self.last = last
        }

        /// The mean of the values.
        package var mean: Double { sum / Double(count) }
    }
}
