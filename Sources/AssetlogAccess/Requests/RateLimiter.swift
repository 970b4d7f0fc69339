import Synchronization

/// A rate with a burst: a bucket that holds `burst` requests and gains `perSecond` of them each second.
public struct RequestRate: Hashable, Sendable {
    /// The requests that a second brings, at least 1.
    public var perSecond: Int
    /// The requests that may come at once, at least 1.
    public var burst: Int

    /// Makes a rate; nil when `perSecond` is 0, which means no limit. A burst of 0 is that of one second.
    public init?(perSecond: Int, burst: Int = 0) {
        guard perSecond > 0 else { return nil }
        self.perSecond = perSecond
        self.burst = burst > 0 ? burst : perSecond
    }

    /// Makes the rate of a limiter whose interval is another.
    init(burst: Int) {
        (perSecond, self.burst) = (1, burst)
    }
}

/// Counts requests by key and says when there are too many. State lives in shards, each behind a `Mutex`.
///
/// Each key costs one number: the time at which its bucket would be full again (the generic cell rate algorithm). The
/// number of keys is bounded; when they are used up, new keys share one bucket until old ones have been forgotten.
final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    struct Outcome: Equatable {
        var isAllowed: Bool
        /// The requests that may still come at once.
        var remaining: Int
        /// Seconds until the bucket is full again, rounded up.
        var secondsToFull: Int
        /// Seconds until one more request is allowed, rounded up; 0 when it is.
        var secondsToNext: Int
    }

    private struct Shard {
        var fullAt: [Key: Int64] = [:]
        var sharedFullAt: Int64 = 0
    }

    let rate: RequestRate
    private let interval: Int64
    private let shards: [Mutex<Shard>.Box]
    private let keysPerShard: Int

    /// - Parameter interval: The nanoseconds that bring one more; nil: as the rate says.
    init(rate: RequestRate, interval: Int64? = nil, keys: Int = 65_536) {
        self.rate = rate
        self.interval = interval ?? max(1, 1_000_000_000 / Int64(rate.perSecond))
        shards = (0..<16).map { _ in Mutex<Shard>.Box(Shard()) }
        keysPerShard = max(1, keys / 16)
    }

    /// Counts a request at a time in nanoseconds of a clock that only goes forward.
    func count(_ key: Key, at now: Int64) -> Outcome {
        shards[Int(UInt(bitPattern: key.hashValue) % 16)].mutex.withLock { shard in
            guard shard.fullAt[key] != nil || hasRoom(&shard, now) else { return take(&shard.sharedFullAt, now) }
            return take(&shard.fullAt[key, default: 0], now)
        }
    }

    /// Takes back what was counted for a key.
    func takeBack(_ key: Key) {
        shards[Int(UInt(bitPattern: key.hashValue) % 16)].mutex.withLock { shard in
            guard let fullAt = shard.fullAt[key] else { return }
            shard.fullAt[key] = fullAt - interval
        }
    }

    private func take(_ fullAt: inout Int64, _ now: Int64) -> Outcome {
        let capacity = interval * Int64(rate.burst)
        let next = max(fullAt, now) + interval
        let isAllowed = next - now <= capacity
        if isAllowed { fullAt = next }
        let filled = max(fullAt, now) - now
        return Outcome(
            isAllowed: isAllowed, remaining: Int(max(0, capacity - filled) / interval),
            secondsToFull: Self.seconds(filled), secondsToNext: isAllowed ? 0 : Self.seconds(next - now - capacity))
    }

    private func hasRoom(_ shard: inout Shard, _ now: Int64) -> Bool {
        guard shard.fullAt.count >= keysPerShard else { return true }
        // A bucket that is full again says no more than one that is not there.
        shard.fullAt = shard.fullAt.filter { $0.value > now }
        return shard.fullAt.count < keysPerShard
    }

    private static func seconds(_ nanoseconds: Int64) -> Int {
        Int((nanoseconds + 999_999_999) / 1_000_000_000)
    }
}

extension Mutex where Value: Copyable {
    /// A mutex that can stand in an array.
    final class Box: Sendable {
        let mutex: Mutex<Value>

        init(_ value: sending Value) {
            mutex = Mutex(value)
        }
    }
}
