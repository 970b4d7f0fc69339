/// A mistake in the configuration.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The key, with its sections: `exporters.audit.path`.
    public var key: String
    /// What is wrong with it, to follow the key in a sentence.
    public var problem: String
    /// Where the key stands: `assetlog.yaml:12`, `ASSETLOG_SERVER_LISTEN`, `--listen`; nil where that is not known.
    public var location: String?

    /// Makes an error about a key.
    public init(_ key: String, _ problem: String, at location: String? = nil) {
        self.key = key
        self.problem = problem
        self.location = location
    }

    /// Makes the error for a key that nobody declared; it names the nearest one that exists.
    public static func unknownKey(_ key: String, among known: [String], at location: String? = nil) -> ConfigurationError {
        let hint = nearest(to: key, among: known).map { "; did you mean \($0)?" } ?? ""
        return ConfigurationError(key, "is not a known key\(hint)", at: location)
    }

    /// Finds the word that is the fewest edits away from `word`, when it is near enough to be a typing error.
    public static func nearest(to word: String, among known: [String]) -> String? {
        WordDistance.nearest(to: word, among: known)
    }

    /// `assetlog.yaml:12: server.lisen is not a known key; did you mean server.listen?`
    public var description: String {
        (location.map { "\($0): " } ?? "") + "\(key) \(problem)"
    }
}
