/// What became of the elements of a request.
public struct ReceivingResults: Hashable, Sendable {
    /// An element of which something was not recorded.
    public struct Failure: Hashable, Sendable {
        /// Which of the elements it is, from 0.
        public var index: Int
        /// What was wrong, in a sentence.
        public var reason: String
        /// Whether it may succeed when it is sent again.
        public var isRetriable: Bool

        /// Makes a failure.
        public init(index: Int, reason: String, isRetriable: Bool = false) {
            self.index = index
            self.reason = reason
            self.isRetriable = isRetriable
        }
    }

    /// The most failures that are named.
    public static let maximumFailures = 1000

    /// How many elements came.
    public var received = 0
    /// How many events were recorded.
    public var recorded = 0
    /// How many events were in the log before.
    public var duplicate = 0
    /// How many elements were no message of the protocol, or had something that could not be recorded.
    public private(set) var failed = 0
    /// How many things in the elements could not be mapped.
    public var unmapped = 0
    /// Whether something was not recorded that may succeed when it is sent again, whether it is named or not.
    public var isRetriable = false
    /// The elements of which something was not recorded, one failure each; the first ``maximumFailures``.
    public private(set) var failures: [Failure] = []

    /// Makes results of nothing.
    public init() {}

    /// Takes in an element of which something was not recorded; past ``maximumFailures`` it is only counted.
    public mutating func add(_ failure: Failure) {
        failed += 1
        isRetriable = isRetriable || failure.isRetriable
        if failures.count < Self.maximumFailures { failures.append(failure) }
    }

    /// Whether every element failed, and nothing was or is in the log.
    public var isUseless: Bool { received > 0 && failed == received && recorded + duplicate == 0 }

    /// The results as a JSON object.
    public var json: [UInt8] {
        var json = Array("{\"received\":\(received),\"recorded\":\(recorded),\"duplicate\":\(duplicate),".utf8)
        json += "\"failed\":\(failed),\"unmapped\":\(unmapped),\"failures\":".utf8
        return json + failuresJSON + "}".utf8
    }

    /// The failures as a JSON array: `[{"index": 0, "reason": "…", "retriable": false}]`.
    public var failuresJSON: [UInt8] {
        var json = Array("[".utf8)
        for (index, failure) in failures.enumerated() {
            json += "\(index > 0 ? "," : ""){\"index\":\(failure.index),\"reason\":".utf8
            CanonicalJSON.appendString(failure.reason.utf8, to: &json)
            json += ",\"retriable\":\(failure.isRetriable)}".utf8
        }
        return json + "]".utf8
    }
}
