import AssetlogCore

/// What the batch endpoint of OpenLineage answers with 200 when it says more than that it has the events.
public struct LineageBatchAnswer: Hashable, Sendable {
    /// An event that was not taken.
    public struct Failure: Hashable, Sendable {
        /// Which of the batch it is, from 0.
        public var index: Int
        /// Why.
        public var reason: String
        /// Whether it may be taken later.
        public var isRetriable: Bool

        /// Makes a failure.
        public init(index: Int, reason: String, isRetriable: Bool) {
            self.index = index
            self.reason = reason
            self.isRetriable = isRetriable
        }
    }

    /// Whether it says that all events were taken.
    public var isSuccess: Bool
    /// The events that were not taken, as far as they are named.
    public var failures: [Failure]

    /// Makes an answer.
    public init(isSuccess: Bool, failures: [Failure]) {
        self.isSuccess = isSuccess
        self.failures = failures
    }

    /// Reads the body of an answer; nil when it is none: no object, or without `status`.
    ///
    /// A failure without `retriable` counts as retriable; one without an index is passed over, and so the answer is no success.
    public init?(json: [UInt8]) {
        guard let members = CanonicalJSON.members(ofObject: json), let status = CanonicalJSON.string("status", inObject: json) else {
            return nil
        }
        let named = members.last { $0.name == "failed_events" }.flatMap { CanonicalJSON.elements(ofArray: $0.value) } ?? []
        failures = named.compactMap { Self.failure($0) }
        isSuccess = status == "success" && named.isEmpty
    }

    private static func failure(_ json: [UInt8]) -> Failure? {
        let members = CanonicalJSON.members(ofObject: json) ?? []
        func value(_ name: String) -> [UInt8]? { members.last { $0.name == name }?.value }
        guard let index = value("index").flatMap({ Int(String(decoding: $0, as: UTF8.self)) }) else { return nil }
        return Failure(
            index: index, reason: CanonicalJSON.string("reason", inObject: json) ?? "no reason was given",
            isRetriable: value("retriable") != Array("false".utf8))
    }
}
