#if OpenLineage
import AssetlogCore
import AssetlogDelivery
import AssetlogOpenLineage

/// The keys of the exporter; they are documented at ``ExporterPlugin/openLineage``.
enum OpenLineageKeys {
    static let url = ConfigurationKey.optional(
        "url", .secret, "The base URL of the OpenLineage backend; without it, events go to the file.",
        example: "https://lineage.example.com")
    static let file = ConfigurationKey.optional(
        "file", .path, "The file to append events to, one a line; without it, events go to the URL.")
    static let path = ConfigurationKey(
        "path", .text, default: "/api/v1/lineage", "The path of the endpoint, below that of the URL.")
    static let batch = ConfigurationKey(
        "batch", .boolean, default: false, "Sends many events in each request, to /batch below the endpoint.")
    static let apiKey = ConfigurationKey.optional(
        "api_key", .secret, "The key to send as a bearer token; without it, none.")
    static let apiKeyFile = ConfigurationKey.optional(
        "api_key_file", .path, "A file with the key, read again for each delivery; without it, api_key.")
    static let compression = ConfigurationKey(
        "compression", .choice(Compression.self), default: .standard, "How requests are compressed.")
    static let namespace = ConfigurationKey(
        "namespace", .text, default: "dagster", "The namespace of jobs and datasets; {deployment} stands for the deployment.")
    static let namespaces = ConfigurationKey(
        "namespaces", .list, default: [],
        "Namespaces of some datasets, each as \"PATTERN -> NAMESPACE\" or \"PATTERN in DEPLOYMENT -> NAMESPACE\"; the first match counts.")
    static let producer = ConfigurationKey(
        "producer", .text, default: LineageMapping.defaultProducer, "A URI that says who made the events.")
    /// Those of every exporter that sends over HTTP; `url` is declared above, because it may be missing.
    static let connection = HTTPDestination.Keys(url: "The base URL of the OpenLineage backend.")

    static let all: [any DeclaredKey] =
        [url, file, path, batch, apiKey, apiKeyFile, compression, namespace, namespaces, producer] + connection.connection
}

/// How requests are compressed.
enum Compression: String, CaseIterable, Sendable {
    case gzip, none

    static let standard: Compression = OutboundRequest.canCompress ? .gzip : .none
}
#endif
