import AssetlogCore

/// The keys directly under `server`.
enum ListenerKeys {
    static let group = KeyGroup(section: "server")

    static let listen = group.key(
        "listen", .text, default: "127.0.0.1:3000",
        "The address and port to listen on; with port 0 the operating system picks one.")
    static let data = group.key(
        "data", .path, default: "./assetlog-data", "The directory of the server's data; only one server at a time can use it.")
    static let pathPrefix = group.key("path_prefix", .text, default: "", "A path that comes before every route, such as /dagster.")
    static let readOnly = group.key("read_only", .boolean, default: false, "Refuses every report with 401.")
    static let eventLoops = group.key(
        "event_loops", .integer(in: 0...ServerConfiguration.mostEventLoops), default: 0,
        "How many threads serve connections; 0: one per core.")
    static let shutdownDelay = group.key(
        "shutdown_delay", .wait, default: .zero,
        "How long to keep accepting requests after SIGTERM, with /readyz at 503, so that a load balancer notices.")
    static let shutdownGrace = group.key(
        "shutdown_grace", .wait, default: .seconds(30),
        "How long requests may take to finish after SIGTERM before their connections are closed.")
    static let allowInsecure = group.key(
        "allow_insecure", .boolean, default: false, "Allows listening beyond loopback without TLS or without tokens.")
    static let hosts = group.key(
        "hosts", .list, default: [],
        "Names and addresses of this server that requests without a token may use, in addition to those of loopback.")
    static let trustedProxies = group.key(
        "trusted_proxies", .list, default: [],
        "Addresses and networks of proxies whose X-Forwarded-For, X-Forwarded-Proto and Forwarded are trusted.")
    static let proxyProtocol = group.key(
        "proxy_protocol", .boolean, default: false,
        "Expects a PROXY header, version 1 or 2, at the start of every connection from a trusted proxy.")

    static let publicURL = group.optional(
        "public_url", .text,
        "The URL at which people reach this server, such as https://assetlog.example.com; for links in messages.")

    static let all: [any DeclaredKey] = [
        listen, data, pathPrefix, publicURL, readOnly, eventLoops, shutdownDelay, shutdownGrace, allowInsecure, hosts, trustedProxies,
        proxyProtocol,
    ]
}
