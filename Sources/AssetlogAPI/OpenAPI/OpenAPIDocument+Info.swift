// What the document says about the server as a whole.
extension OpenAPIDocument {
    var info: String {
        #"""
        {
          "title": "Assetlog",
          "version": \#(OpenAPIText.string(version)),
          "summary": "Records what happens to data assets.",
          "description": \#(OpenAPIText.string(Self.introduction))
        }
        """#
    }

    private static let introduction = """
        The report endpoints are those of Dagster's external assets API; the event API takes more, in bulk, and returns events.

        Every GET also answers HEAD, with the same headers and no body. Another method gets 405 with `Allow`, and an unknown path \
        404. Below `/api/` errors are problem details (RFC 9457); elsewhere they are `{"error": "…"}`, as are answers given before \
        a request could be read: 400 if it is not HTTP, 408 if it came too slowly, 503 if there was no memory for it. If rates are \
        limited, every answer has `RateLimit` and `RateLimit-Policy`. Answers of more than a few KB are compressed if \
        `Accept-Encoding` allows gzip.

        `/livez`, `/readyz` and `/metrics` also answer without the path prefix. A path below the name of a deployment exists if the \
        server knows the deployment, and is 404 otherwise. A read-only server answers 401 to reports and 403 to events. The rights \
        that a token needs are listed in each operation's security schemes, by the names of `assetlog token create --allow`. The pages \
        for browsers (`/`, `/assets`, `/asset/`, `/event/`, `/status` and so on) are not described here.

        Later releases may add members to objects in answers, and values to the lists of `x-extensible-enum`: ignore what you do \
        not know. Objects in requests are checked strictly.
        """

    static let tags = #"""
        [
          {"name": "reports", "description": "One report per request, as in Dagster"},
          {"name": "events", "description": "The event API"},
          {"name": "catalog", "description": "What is known about assets"},
          {"name": "exporters", "description": "What brings events elsewhere"},
          {"name": "receivers", "description": "What takes the requests of other tools"},
          {"name": "server", "description": "About the server itself"}
        ]
        """#

    static let securitySchemes = #"""
        "bearer": {
          "type": "http", "scheme": "bearer",
          "description": "A token of `assetlog token create`. A client certificate with a name that a token is bound to, if the server accepts certificates, needs no header."
        },
        "dagsterToken": {
          "type": "apiKey", "in": "header", "name": "Dagster-Cloud-Api-Token",
          "description": "The same token, where Dagster+ clients send theirs"
        }
        """#
}
