import AssetlogBody
import AssetlogWeb
import HTTPTypes

extension ItemSplitter.Format {
    /// The media types of one event on each line; there is no registered one.
    static let lineTypes = ["x-ndjson", "ndjson", "jsonlines", "x-jsonlines", "jsonl"].map { "application/\($0)" }

    /// Reads a Content-Type.
    ///
    /// - Throws: ``RequestError`` with the status 415.
    init(contentType: String?) throws(RequestError) {
        let type = (contentType ?? "").prefix { $0 != ";" }.lowercased().trimmingBlanks()
        switch type {
        case "application/json": self = .json
        case _ where Self.lineTypes.contains(type): self = .lines
        default:
            throw RequestError(
                status: .unsupportedMediaType,
                detail: "The Content-Type must be application/json for an event or an array of events, or"
                    + " application/x-ndjson for one event on each line, not \(type.quoted).",
                headers: [.accept: "application/json, application/x-ndjson"])
        }
    }
}

extension RequestBodyLimits {
    /// The most decoded bytes of a submission.
    private static let submissionBytes = 2 << 30
    /// The most decoded bytes of a submission that is a dry run.
    private static let dryRunBytes = 8 << 20

    /// The limits of a submission.
    ///
    /// - Parameter isGathered: Whether all of it is kept until its end. Else the ratio counts for what is no event.
    static func submission(compressionRatio: Int, isGathered: Bool) -> RequestBodyLimits {
        var limits = RequestBodyLimits(
            maximumBytes: submissionBytes, compressionRatio: compressionRatio,
            excess: "The body has more than \(submissionBytes) bytes after decompression; send it in several requests.")
        limits.limitsRatio = isGathered
        return limits
    }

    /// The limits of a submission that is a dry run.
    static func dryRun(compressionRatio: Int) -> RequestBodyLimits {
        RequestBodyLimits(
            maximumBytes: dryRunBytes, compressionRatio: compressionRatio,
            excess: "A dry run takes at most \(dryRunBytes) bytes; send fewer events.")
    }
}

extension RequestError {
    /// The answer to a submission of no event.
    static let emptySubmission = RequestError(
        status: .unprocessableContent,
        detail: "The request has no events. Send an event as JSON, an array of events, or one"
            + " on each line.")
}

extension String {
    fileprivate func trimmingBlanks() -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let start = firstIndex(where: { !isBlank($0) }), let end = lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(self[start...end])
    }
}
