import AssetlogCore
package import AssetlogLog
import AssetlogWeb

/// An exporter as the API shows it: what the server knows of it, and what the storage does.
package struct ExporterView: Sendable {
    /// What the server knows of it.
    package let exporter: ListedExporter
    private let cursor: ConsumerCursor?
    private let head: Int64
    /// Why it is paused; nil: it is not.
    package let pause: String?
    /// The number of its dead letters.
    package let deadLetters: Int

    /// - Parameter cursor: What the storage has; nil: it never read.
    init(_ exporter: ListedExporter, cursor: ConsumerCursor?, head: Int64, pause: String?, deadLetters: Int) {
        self.exporter = exporter
        self.cursor = cursor
        self.head = head
        self.pause = pause
        self.deadLetters = deadLetters
    }

    var json: JSONObject {
        let (report, counts) = (exporter.report, exporter.report?.counts)
        var json = JSONObject()
        json.append("name", exporter.name)
        json.append("type", exporter.type)
        json.append("state", state)
        json.append("paused", pause)
        json.append("position", position)
        json.append("head", max(head, position))
        json.append("lag", lag)
        json.append("delivered", Int64(counts?.delivered ?? 0))
        json.append("skipped", skipped)
        json.append("failures", Int64(counts?.failures ?? 0))
        json.append("dead_letters", Int64(deadLetters))
        json.append("circuit", report?.circuit ?? "closed")
        json.append("attempts", Int64(report?.consumer.failures ?? (exporter.failure == nil ? 0 : 1)))
        json.append("last_error", report?.consumer.lastError ?? exporter.failure)
        json.append("generation", max(report?.consumer.generation ?? 0, cursor?.generation ?? 0))
        return json
    }

    /// Whether this server runs it, so that what it says is newer than the storage.
    private var isRunHere: Bool {
        switch exporter.report?.consumer.phase {
        case nil, .starting, .standingBy, .ended: false
        default: true
        }
    }

    /// The last sequence that it has delivered, or need not.
    package var position: Int64 {
        let stored = cursor?.position ?? 0
        guard isRunHere, let consumer = exporter.report?.consumer else { return stored }
        // After a replay that it has not noticed yet, the storage is right.
        return consumer.generation == cursor?.generation ?? consumer.generation ? consumer.position : stored
    }

    /// How many sequences it is behind the end of the log.
    package var lagEvents: Int64 { max(0, head - position) }
    /// How long ago the oldest event came that it has not delivered, in seconds; nil: only the server that runs it knows.
    package var lagSeconds: Int? { isRunHere ? Int(exporter.report?.lagSeconds ?? 0) : nil }

    private var lag: JSONObject {
        var json = JSONObject()
        json.append("events", lagEvents)
        // Only the server that runs it knows when the oldest event came.
        json.append("seconds", raw: isRunHere ? "\(exporter.report?.lagSeconds ?? 0)" : "null")
        return json
    }

    private var skipped: JSONObject {
        var json = JSONObject()
        for (reason, count) in (exporter.report?.counts.skipped ?? [:]).sorted(by: { $0.key < $1.key }) {
            json.append(reason, Int64(count))
        }
        return json
    }

    /// What it is at, in a word.
    package var state: String {
        guard let phase = exporter.report?.consumer.phase else { return "starting" }
        switch phase {
        case .starting: return "starting"
        case .standingBy: return "standing_by"
        case .stopped, .ended: return "stopped"
        default: break
        }
        // Newer than what the exporter has noticed.
        guard pause == nil else { return "paused" }
        switch phase {
        case .retrying: return "retrying"
        case .catchingUp: return "catching_up"
        default: return "following"
        }
    }
}

extension DeadLetter {
    /// The dead letter as the API shows it.
    var json: JSONObject {
        var json = JSONObject()
        json.append("sequence", sequence)
        json.append("event_id", event.description)
        json.append("attempts", Int64(attempts))
        json.append("failed_at", failedAt.description)
        json.append("message", message)
        json.append("answer", answer)
        json.append("replay_requested", isReplayRequested)
        return json
    }
}
