/// Why a stream ends, as its last event and the metrics say it.
package enum StreamEnding: Hashable, Sendable {
    /// Its client has left; nothing is written any more.
    case left
    /// Its client reads too slowly.
    case slow
    /// The server is stopping.
    case stopping
    /// Its token was revoked or changed, or has expired.
    case token
    /// There is no memory for what is to be sent.
    case memory
    /// What it shows can't be read, for a reason.
    case failed(String)

    /// The names of all reasons.
    static let reasons = ["left", "slow", "stopping", "token", "memory", "failed"]

    /// The name of the reason.
    package var reason: String {
        switch self {
        case .left: "left"
        case .slow: "slow"
        case .stopping: "stopping"
        case .token: "token"
        case .memory: "memory"
        case .failed: "failed"
        }
    }

    /// What happened and what to do, for the one who reads the stream.
    var detail: String {
        switch self {
        case .left: "The client has left."
        case .slow: "This client reads more slowly than events come in. Nothing is lost: connect again, and it goes on."
        case .stopping: "The server is stopping. Connect again, to this one later or to another one."
        case .token: "The token was revoked or changed, or has expired. Connect again with one that is valid."
        case .memory: "The server has no memory for this answer at the moment. Connect again, and it goes on."
        case .failed(let sentence): sentence
        }
    }
}
