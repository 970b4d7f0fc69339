// The exporters. They deliver the events of every deployment, so that their routes lie below the name of none.
extension OpenAPIDocument {
    static let exporterOperations =
        [listExporters, pause, resume, replay, test, listDeadLetters]
        + [
            deadLetters("replay", id: "replayDeadLetters", summary: "Deliver dead letters again"),
            deadLetters("discard", id: "discardDeadLetters", summary: "Discard dead letters; the events stay in the log"),
        ]

    private static let listExporters = OpenAPIOperation(
        method: "get", path: "/api/v1/exporters", id: "listExporters", tag: "exporters",
        summary: "Read how the exporters are doing", rights: ["admin"], answers: [(200, "ExporterList")] + problems)

    private static let pause = OpenAPIOperation(
        method: "post", path: "/api/v1/exporters/{name}/pause", id: "pauseExporter", tag: "exporters",
        summary: "Pause an exporter until it is resumed",
        description: "The events wait in the log. Every server on the same storage notices within a second or so.",
        rights: ["admin"], parameters: ["exporter"], body: "ExporterPause", answers: [(200, "ExporterPause")] + bodyProblems)

    private static let resume = OpenAPIOperation(
        method: "post", path: "/api/v1/exporters/{name}/resume", id: "resumeExporter", tag: "exporters",
        summary: "Let an exporter go on that is paused, or that stopped", rights: ["admin"], parameters: ["exporter"],
        answers: [(200, "ExporterPause")] + bodyProblems)

    private static let replay = OpenAPIOperation(
        method: "post", path: "/api/v1/exporters/{name}/replay", id: "replayExporter", tag: "exporters",
        summary: "Let an exporter deliver again, from a place of the log or dead letters",
        description:
            "From a sequence or a time, it delivers every event from there on that is in the log, in a new generation. Its dead letters"
            + " stay. Where retention has removed some of these events, `removed_up_to` says up to which sequence.",
        rights: ["admin"], parameters: ["exporter"], body: "ExporterReplay", answers: [(200, "ExporterReplay")] + bodyProblems)

    private static let test = OpenAPIOperation(
        method: "post", path: "/api/v1/exporters/{name}/test", id: "testExporter", tag: "exporters",
        summary: "Try whether an exporter's destination takes events",
        description: "Where it can only be tried with an event, it gets a made-up one of the asset `assetlog/test`.",
        rights: ["admin"], parameters: ["exporter"], answers: [(200, "ExporterTest")] + bodyProblems)

    private static let listDeadLetters = OpenAPIOperation(
        method: "get", path: "/api/v1/exporters/{name}/dead-letters", id: "listDeadLetters", tag: "exporters",
        summary: "Read a page of the events that the destination did not take", rights: ["admin"],
        parameters: ["exporter", "after_dead_letter", "limit"], answers: [(200, "DeadLetterPage")] + problems)

    private static func deadLetters(_ action: String, id: String, summary: String) -> OpenAPIOperation {
        OpenAPIOperation(
            method: "post", path: "/api/v1/exporters/{name}/dead-letters/\(action)", id: id, tag: "exporters", summary: summary,
            description: "Some, by their sequences, or all. Of a list in which one is missing, nothing is changed.",
            rights: ["admin"], parameters: ["exporter"], body: "DeadLetterSelection",
            answers: [(200, "DeadLetterCount")] + bodyProblems)
    }

    /// What is answered to a request with a small object as its body, instead of what was asked for.
    static let bodyProblems =
        problems + [(408, "SlowBodyProblem"), (413, "BodyTooLargeProblem"), (415, "UnknownTypeProblem")]

    // MARK: Components

    static let exporterParameters = #"""
        "exporter": {
          "name": "name", "in": "path", "required": true, "description": "The name of an exporter in the configuration",
          "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "maxLength": 64}, "example": "warehouse"
        },
        "after_dead_letter": {
          "name": "after", "in": "query", "description": "A sequence: the dead letters after it",
          "schema": {"type": "integer", "format": "int64", "minimum": 0, "maximum": 9223372036854775807, "default": 0}
        }
        """#

    static let exporterBodies = [
        body("ExporterPause", isRequired: false, schema: "ExporterPauseRequest"),
        body("ExporterReplay", isRequired: true, schema: "ExporterReplayRequest"),
        body("DeadLetterSelection", isRequired: true, schema: "DeadLetterSelection"),
    ].joined(separator: ",")

    private static func body(_ name: String, isRequired: Bool, schema: String) -> String {
        #"""
        "\#(name)": {
          "required": \#(isRequired), "description": "A small object",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/\#(schema)"}}}
        }
        """#
    }

    static let exporterAnswers = [
        answer("ExporterList", "The exporters, by name"), answer("ExporterPause", "Whether it is paused now"),
        answer("ExporterReplay", "What will be delivered again"), answer("ExporterTest", "What became of the test"),
        answer("DeadLetterPage", "A page of dead letters, by sequence"), answer("DeadLetterCount", "How many they were"),
    ].joined(separator: ",")

    /// An answer of JSON, whose schema has its name.
    static func answer(_ name: String, _ description: String) -> String {
        #"""
        "\#(name)": {
          "description": \#(OpenAPIText.string(description)),
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/\#(name)"}}}
        }
        """#
    }
}
