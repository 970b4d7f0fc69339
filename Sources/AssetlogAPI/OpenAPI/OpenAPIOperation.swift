/// A method of a path, as the document has it.
struct OpenAPIOperation: Sendable {
    /// In lower case, as the document writes it.
    var method: String
    var path: String
    /// The name that clients made of the document give it.
    var id: String
    var tag: String
    var summary: String
    var description = ""
    /// What a token must allow, by the names of `--allow`; nil: the operation asks for no token. Empty where the rights depend
    /// on what is sent.
    var rights: [String]?
    /// The names of its parameters among the components.
    var parameters: [String] = []
    /// The name of its body among the components.
    var body: String?
    /// The names of its answers among the components, by status.
    var answers: [(status: Int, name: String)]
    /// A body that is described here and not among the components, as JSON.
    var inlineBody: String?
    /// Answers that are described here and not among the components, as JSON.
    var inlineAnswers: [(status: Int, json: String)] = []

    /// The same operation below the name of a deployment.
    var inDeployment: OpenAPIOperation {
        var copy = self
        copy.path = "/{deployment}\(path)"
        copy.id = "\(id)InDeployment"
        copy.summary = "\(summary), in a deployment"
        copy.parameters.insert("deployment", at: 0)
        return copy
    }

    /// The member of the path's object.
    func json(isTokenRequired: Bool) -> String {
        let parameters = parameters.map { OpenAPIText.reference("parameters", $0) }.joined(separator: ",")
        let answers =
            inlineAnswers.map { "\"\($0.status)\": \($0.json)" }
            + answers.map { "\"\($0.status)\": \(OpenAPIText.reference("responses", $0.name))" }
        let body = (inlineBody ?? body.map { OpenAPIText.reference("requestBodies", $0) }).map { ", \"requestBody\": \($0)" } ?? ""
        let text = description.isEmpty ? "" : ", \"description\": \(OpenAPIText.string(description))"
        return #"""
            "\#(method)": {
              "operationId": "\#(id)", "tags": ["\#(tag)"], "summary": \#(OpenAPIText.string(summary))\#(text),
              "security": [\#(security(isTokenRequired))], "parameters": [\#(parameters)]\#(body),
              "responses": {\#(answers.joined(separator: ","))}
            }
            """#
    }

    // Any one of them is enough; a server that asks for no token takes the request without, too.
    private func security(_ isTokenRequired: Bool) -> String {
        guard let rights else { return "" }
        let schemes = ["bearer", "dagsterToken"].map { "{\"\($0)\": \(OpenAPIText.strings(rights))}" }
        return (schemes + (isTokenRequired ? [] : ["{}"])).joined(separator: ",")
    }
}
