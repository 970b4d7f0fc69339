import AssetlogCore

extension ServerConfiguration {
    /// Whether strangers could read or report: it can be reached by others without TLS, or without tokens.
    var isOpen: Bool { !listen.isLoopback && (tls == nil || !auth.isRequired) }

    /// What is missing, for a sentence.
    var openness: String {
        switch (tls == nil, auth.isRequired) {
        case (true, true): "without TLS, so tokens can be intercepted"
        case (true, false): "without TLS and without tokens"
        case (false, _): "without tokens"
        }
    }

    /// Refuses to serve where strangers could read or report, unless the operator has said that this is meant.
    ///
    /// - Throws: ``ConfigurationError`` in one sentence that says how to do it right.
    func checkSafety() throws {
        guard isOpen, !allowsInsecure else { return }
        throw ConfigurationError(
            ListenerKeys.listen.path,
            "is \(listen), which other machines can reach, \(openness); set server.tls.certificate and server.tls.key and leave"
                + " auth.required on (`assetlog init` creates a certificate and a token), listen on 127.0.0.1 behind a"
                + " proxy, or allow this with --allow-insecure (server.allow_insecure)")
    }
}
