// The event API, and this document. Both also lie below the name of a deployment.
extension OpenAPIDocument {
    static let eventOperations = [list, stream, submit, find, openapi].flatMap { [$0, $0.inDeployment] }

    private static let list = OpenAPIOperation(
        method: "get", path: "/api/v1/events", id: "listEvents", tag: "events", summary: "Read a page of the log",
        description: "Filters are combined. Ask for the events after `next` until `next` is the `after` that was sent: that is the"
            + " end. A page may be short or empty before it, after 10,000 events that were looked at and did not match. A token"
            + " shows the events of its assets.",
        rights: ["read"], parameters: EventQueryParameters.names,
        answers: [(200, "EventPage")] + problems)

    private static let stream = OpenAPIOperation(
        method: "get", path: "/api/v1/events/stream", id: "streamEvents", tag: "events", summary: "Follow the log as events come in",
        description: "Server-sent events, until one side ends it: each has the sequence as its `id`, the name `event`, and the event as"
            + " its data. A block with an `id` alone says how far the stream has come. The last event has the name `end` and says why"
            + " the server ends the stream, and after which sequence it goes on.",
        rights: ["read"], parameters: EventStreamParameters.names.map { $0 == "after" ? "stream_after" : $0 } + ["last_event_id"],
        answers: [(200, "EventStream")] + problems.map { $0.status == 429 ? (429, "TooManyStreamsProblem") : $0 })

    private static let find = OpenAPIOperation(
        method: "get", path: "/api/v1/events/{event_id}", id: "getEvent", tag: "events",
        summary: "Read the event of an identity", rights: ["read"], parameters: ["event_id"],
        answers: [(200, "Event")] + problems)

    private static let openapi = OpenAPIOperation(
        method: "get", path: "/api/v1/openapi.json", id: "getOpenAPI", tag: "server", summary: "Read this document",
        rights: ["read"], answers: [(200, "OpenAPI")] + problems)

    private static let submit = OpenAPIOperation(
        method: "post", path: "/api/v1/events", id: "submitEvents", tag: "events",
        summary: "Submit one event, a list of events, or one on each line",
        description: "Each item is checked separately and needs the right to report its kind: a refused item does not affect the"
            + " others, unless `atomic=true`. An event that is already recorded under its `event_id` counts as a duplicate."
            + " The body may be compressed (`Content-Encoding: gzip` or `deflate`) and may have 2 GiB, an item 8 MiB.",
        rights: [], parameters: ["atomic", "items", "dry_run", "idempotency_key", "approximate_timestamp"],
        body: "Submission",
        answers: [
            (200, "Submitted"), (400, "BrokenSubmission"), (401, "NoTokenProblem"), (403, "ForbiddenProblem"),
            (404, "NotFoundProblem"), (408, "SlowSubmission"), (413, "SubmissionTooLarge"), (414, "TargetTooLong"),
            (415, "UnknownTypeProblem"),
            (422, "NothingRecorded"), (429, "TooManyProblem"), (431, "HeadersTooLarge"), (500, "SubmissionFailed"),
            (503, "SubmissionUnavailable"),
        ])

    /// What is answered below `/api/` instead of what was asked for.
    static let problems: [(status: Int, name: String)] = [
        (400, "BadRequestProblem"), (401, "NoTokenProblem"), (403, "ForbiddenProblem"), (404, "NotFoundProblem"),
        (414, "TargetTooLong"), (429, "TooManyProblem"), (431, "HeadersTooLarge"), (500, "FailedProblem"),
        (503, "UnavailableProblem"),
    ]
}
