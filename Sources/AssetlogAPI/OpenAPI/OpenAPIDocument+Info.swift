// What the document says about the server as a whole.
extension OpenAPIDocument {
    var info: String {
        #"""
        {
          "title": "Assetlog",
          "version": \#(OpenAPIText.string(version)),
          "summary": "Records what happened to data assets, and gives it back.",
          "description": \#(OpenAPIText.string(Self.introduction))
        }
        """#
    }

    private static let introduction = """
        The report endpoints are those of Dagster's external assets API; the event API takes more, in bulk, and gives the log back.

        Every GET also answers HEAD, with the same headers and no body. Another method gets 405 with `Allow`, and a path that is \
        not here 404. Below `/api/` errors are problem details (RFC 9457); elsewhere they are `{"error": "…"}`, and so is what is \
        answered before a request could be read: 400 where it is no HTTP, 408 where it came too slowly, 503 where there was no \
        memory for it. Where rates are configured, every answer has `RateLimit` and `RateLimit-Policy`. Answers of more than a few KB \
        are compressed where `Accept-Encoding` asks for gzip.

        `/livez`, `/readyz` and `/metrics` also answer without the path prefix. A path below the name of a deployment exists where the \
        server knows the deployment, and is 404 elsewhere. A server that is read-only answers 401 to reports and 403 to events that \
        are sent to it. The rights that a token needs stand beside each operation's security schemes, by the names of \
        `assetlog token create --allow`.

        Objects in answers may get more members in later releases, and the lists of `x-extensible-enum` more values: ignore what \
        you do not know. Objects that are sent are checked.
        """

    static let tags = #"""
        [
          {"name": "reports", "description": "One report in one request, as Dagster takes it"},
          {"name": "events", "description": "The event API"},
          {"name": "server", "description": "About the server itself"}
        ]
        """#

    static let securitySchemes = #"""
        "bearer": {
          "type": "http", "scheme": "bearer",
          "description": "A token of `assetlog token create`. A client certificate that a token is bound to, where the server asks for certificates, needs no header."
        },
        "dagsterToken": {
          "type": "apiKey", "in": "header", "name": "Dagster-Cloud-Api-Token",
          "description": "The same token, where clients of Dagster+ put theirs"
        }
        """#
}
