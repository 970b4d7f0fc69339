import ArgumentParser
import AssetlogClient
import AssetlogCore
import AssetlogObservation

/// Whether a check has passed, in the words that people and programs use.
struct Verdict: ExpressibleByArgument {
    let hasPassed: Bool

    init?(argument: String) {
        switch argument.lowercased() {
        case "true", "yes", "on", "1", "y", "t", "pass", "passed", "ok", "success": hasPassed = true
        case "false", "no", "off", "0", "n", "f", "fail", "failed", "failure": hasPassed = false
        default: return nil
        }
    }
}

/// Reads words of reports as they are typed. Pure.
enum ReportWords {
    /// How much a failed check matters.
    ///
    /// - Throws: `ValidationError`.
    static func severity(_ word: String?) throws -> Report.Severity {
        switch word?.uppercased() {
        case nil, "ERROR", "ERR": return .error
        case "WARN", "WARNING": return .warn
        case let word?: throw ValidationError("--severity must be WARN or ERROR, not \(LineText.quoted(word)).")
        }
    }

    private static let shortReasons: [String: FailureReason] = [
        "FAILED": .failedToMaterialize, "FAILURE": .failedToMaterialize, "UPSTREAM": .upstreamFailedToMaterialize,
        "UPSTREAM_FAILED": .upstreamFailedToMaterialize, "TERMINATED": .runTerminated, "CANCELLED": .runTerminated,
        "CANCELED": .runTerminated,
    ]

    /// Why an asset was not materialized.
    ///
    /// - Throws: `ValidationError`.
    static func reason(_ word: String) throws -> FailureReason {
        let name = word.uppercased().replacing("-", with: "_").replacing(" ", with: "_")
        if let reason = FailureReason(rawValue: name) ?? shortReasons[name] { return reason }
        let known = FailureReason.allCases.map(\.rawValue)
        let near = ConfigurationError.nearest(to: name, among: known + shortReasons.keys.sorted())
        let hint = near.map { " Did you mean \(shortReasons[$0]?.rawValue ?? $0)?" } ?? ""
        throw ValidationError("--reason must be one of \(known.joined(separator: ", ")), not \(LineText.quoted(word)).\(hint)")
    }
}
