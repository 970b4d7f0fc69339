public import AssetlogCore

/// Something that an operator may have to answer for later: a change of who may do what, or a refusal.
public struct AuditEvent: Sendable {
    /// What happened.
    public struct Kind: Hashable, Sendable {
        /// The name in the file: `token.created`.
        public let name: String
        /// The same as a sentence.
        public let sentence: String

        private init(_ name: String, _ sentence: String) {
            self.name = name
            self.sentence = sentence
        }

        /// A token was made.
        public static let tokenCreated = Kind("token.created", "A token was created.")
        /// A token was withdrawn.
        public static let tokenRevoked = Kind("token.revoked", "A token was revoked.")
        /// A token got a new secret.
        public static let tokenRotated = Kind("token.rotated", "A token got a new secret.")
        /// The configuration has a token that it had not.
        public static let tokenAdded = Kind("token.added", "A token was added.")
        /// The configuration grants a token something else.
        public static let tokenChanged = Kind("token.changed", "A token was changed.")
        /// The configuration has a token no more.
        public static let tokenRemoved = Kind("token.removed", "A token was removed.")
        /// The certificates were read again.
        public static let certificateReloaded = Kind("certificate.reloaded", "The certificates were reloaded.")
        /// The certificates could not be read again; the old ones stay in use.
        public static let certificateReloadFailed = Kind(
            "certificate.reload_failed", "The certificates could not be reloaded; the previous ones stay in use.")
        /// An exporter was paused.
        public static let exporterPaused = Kind("exporter.paused", "An exporter was paused.")
        /// An exporter goes on.
        public static let exporterResumed = Kind("exporter.resumed", "An exporter was resumed.")
        /// An exporter delivers again what comes after a position of the log.
        public static let exporterReplayed = Kind("exporter.replayed", "An exporter was set back to deliver again.")
        /// The destination of an exporter was tried.
        public static let exporterTested = Kind("exporter.tested", "The destination of an exporter was tested.")
        /// Dead letters are to be delivered again.
        public static let deadLettersReplayed = Kind(
            "exporter.dead_letters_replayed", "Dead letters of an exporter were requested to be delivered again.")
        /// Dead letters are gone.
        public static let deadLettersDiscarded = Kind(
            "exporter.dead_letters_discarded", "Dead letters of an exporter were discarded.")
        /// An event was voided.
        public static let eventVoided = Kind("event.voided", "An event was voided.")
        /// An asset, or some of its partitions, was wiped.
        public static let assetWiped = Kind("asset.wiped", "An asset was wiped.")
        /// A person signed in with a token.
        public static let sessionStarted = Kind("session.started", "A person signed in.")
        /// A person signed out.
        public static let sessionEnded = Kind("session.ended", "A person signed out.")
        /// A request was refused: 401, 403 or 429.
        public static let refused = Kind("refused", "A request was refused.")
        /// Further refusals were not written one by one.
        public static let refusedMore = Kind("refused.more", "Further requests were refused.")
        /// A server started.
        public static let serverStarted = Kind("server.started", "The server has started.")
        /// A server stopped.
        public static let serverStopped = Kind("server.stopped", "The server has stopped.")

        /// All kinds, as `Docs/Observability.md` lists them.
        static let all: [Kind] = [
            tokenCreated, tokenRevoked, tokenRotated, tokenAdded, tokenChanged, tokenRemoved, certificateReloaded,
            certificateReloadFailed, exporterPaused, exporterResumed, exporterReplayed, exporterTested, deadLettersReplayed,
            deadLettersDiscarded, eventVoided, assetWiped, sessionStarted, sessionEnded, refused, refusedMore, serverStarted,
            serverStopped,
        ]
    }

    /// When it happened.
    public var time: Timestamp
    /// What happened.
    public var kind: Kind
    /// The circumstances, in order. Never a secret: a token is identified by its name and its public id.
    public var fields: [LogField]

    /// Makes an event.
    public init(_ kind: Kind, _ fields: [LogField] = [], time: Timestamp = .now()) {
        self.time = time
        self.kind = kind
        self.fields = fields
    }
}
