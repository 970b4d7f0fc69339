#if OpenLineageReceiver
import AssetlogCore

/// The keys of the receiver; they are documented at ``ReceiverPlugin/openLineageReceiver``.
enum OpenLineageReceiverKeys {
    static let names = ConfigurationKey(
        "names", .list, default: [],
        "How names of datasets become asset keys, each as \"NAMESPACE -> split .\" or another rule; the first match counts.")
    static let partitions = ConfigurationKey(
        "partitions", .choice(NominalPartitions.self), default: .none, "Which partition follows from the nominal time of a run, in UTC.")
    static let unknownFacets = ConfigurationKey(
        "unknown_facets", .choice(UnknownFacets.self), default: .keep, "What becomes of facets that have no place in an event.")
    static let bodyBytes = ConfigurationKey(
        "body_bytes", .bytes(in: 1024...(1 << 30)), default: 16 << 20, "The most bytes of an event after decompression.")

    static let all: [any DeclaredKey] = [names, partitions, unknownFacets, bodyBytes]
}

/// Which partition follows from the nominal time of a run.
enum NominalPartitions: String, CaseIterable, Sendable {
    case none, day, hour
}

/// What becomes of facets that have no place in an event.
enum UnknownFacets: String, CaseIterable, Sendable {
    case keep
    case leaveOut = "leave_out"
}
#endif
