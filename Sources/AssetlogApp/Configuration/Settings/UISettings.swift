/// The pages for browsers.
struct UISettings: Hashable, Sendable {
    /// The file with the key of the sessions; an absolute path; nil: one in the data directory.
    var sessionKeyFile: String?
}
