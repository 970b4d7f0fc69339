#if Delivery
public import AssetlogCore

extension HTTPDestination {
    /// The keys of every exporter that sends over HTTP.
    ///
    /// - `url` (secret, required): The URL, whose path or query may be a credential, so it is never printed whole.
    /// - `headers` (secrets, default none): Headers of every request, each as `Name: value`.
    /// - `headers_file` (path, optional): A file with more of them, one a line; read when the exporter is opened.
    /// - `ca_file` (path, optional): A PEM file with the only authorities that are trusted; without it, the system's.
    /// - `client_certificate_file` (path, optional): A PEM file with a client certificate.
    /// - `client_key_file` (path, optional): A PEM file with its key, if that does not stand in the same file.
    /// - `proxy` (secret, optional): The proxy, `http://proxy:3128`; without it, the environment's.
    /// - `timeout` (duration, default 30s): The longest time for a request and its answer.
    /// - `connect_timeout` (duration, default 10s): The longest time until there is a connection.
    public struct Keys: Sendable {
        /// `url`, with the words of its exporter.
        public let url: ConfigurationKey<Secret>
        let headers = ConfigurationKey(
            "headers", .secretList, default: [], "Headers of every request, each as \"Name: value\".")
        let headersFile = ConfigurationKey.optional(
            "headers_file", .path, "A file with more headers, one a line; read when the exporter starts.")
        let caFile = ConfigurationKey.optional(
            "ca_file", .path, "A PEM file with the only authorities to trust; without it, the system's.")
        let clientCertificateFile = ConfigurationKey.optional(
            "client_certificate_file", .path, "A PEM file with the certificate to be known by; without it, none.")
        let clientKeyFile = ConfigurationKey.optional(
            "client_key_file", .path, "A PEM file with the key of the client certificate; without it, the certificate's file.")
        let proxy = ConfigurationKey.optional(
            "proxy", .secret, "The proxy, such as http://proxy:3128; without it, that of the environment.")
        let timeout = ConfigurationKey(
            "timeout", .duration(in: .milliseconds(100)...(.seconds(600))), default: .seconds(30),
            "The longest time for a request and its answer.")
        let connectTimeout = ConfigurationKey(
            "connect_timeout", .duration(in: .milliseconds(100)...(.seconds(600))), default: .seconds(10),
            "The longest time until there is a connection.")

        /// Declares them.
        ///
        /// - Parameters:
        ///   - url: What the URL is, in a sentence for the sample configuration and the documents.
        ///   - example: A URL for the sample configuration.
        public init(url: String, example: String = "https://example.com/") {
            self.url = .required("url", .secret, url, example: example)
        }

        /// All but `url`, in the order in which they are shown.
        public var connection: [any DeclaredKey] {
            [headers, headersFile, caFile, clientCertificateFile, clientKeyFile, proxy, timeout, connectTimeout]
        }
    }
}
#endif
