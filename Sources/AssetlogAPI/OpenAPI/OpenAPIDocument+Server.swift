// What is about the server itself.
extension OpenAPIDocument {
    static let serverOperations = [serverInfo, metrics, livez, readyz]

    private static let serverInfo = OpenAPIOperation(
        method: "get", path: "/server_info", id: "getServerInfo", tag: "server",
        summary: "Read the versions, as clients of Dagster ask for them", rights: ["read"],
        answers: [(200, "ServerInfo")] + errors + unavailable)

    private static let metrics = OpenAPIOperation(
        method: "get", path: "/metrics", id: "getMetrics", tag: "server",
        summary: "Read the numbers of the server for Prometheus, in the format that `Accept` prefers", rights: ["read"],
        answers: [(200, "Metrics")] + errors + unavailable)

    private static let livez = OpenAPIOperation(
        method: "get", path: "/livez", id: "isAlive", tag: "server", summary: "Ask whether the process runs", rights: nil,
        answers: [(200, "Alive")] + always)

    private static let readyz = OpenAPIOperation(
        method: "get", path: "/readyz", id: "isReady", tag: "server",
        summary: "Ask whether reports are taken and events can be read", rights: nil, parameters: ["verbose", "exclude"],
        answers: [(200, "Ready")] + always + [(503, "NotReady")])

    private static let errors: [(status: Int, name: String)] =
        [(401, "NoToken"), (403, "Forbidden"), (404, "NotFound")] + always + [(429, "TooMany"), (500, "Failed")]

    private static let unavailable = [(status: 503, name: "Unavailable")]

    private static let always: [(status: Int, name: String)] = [(414, "TargetTooLong"), (431, "HeadersTooLarge")]
}
