import AssetlogClient
import AssetlogCore

/// The reports about a run of a command: that it was started, and what came of it. Pure.
struct RunReports: Sendable {
    /// What all of them say: the asset, the partition, the tags, what it is made from, and the words and labels that were given.
    var template: Report
    /// The command's name, without its directory and without its arguments, which may hold secrets.
    var program: String
    /// How many lines of its standard error a failure shows.
    var errorLines: Int

    init(_ template: Report, of command: [UInt8], errorLines: Int) {
        self.template = template
        self.errorLines = errorLines
        let name = String(decoding: command, as: UTF8.self)
        program = name.split(separator: "/").last.map(String.init) ?? name
    }

    /// That it was started; labels and the version of the data belong to what came of it.
    var started: Report {
        var report = Report(.started, of: template.assetKey, partition: template.partition, description: template.description)
        report.tags = template.tags
        report.upstream = template.upstream
        return report
    }

    /// What came of it.
    func ended(_ result: ProgramRun.Result, after span: Duration) -> Report {
        var report = template
        if case .notStarted = result.ending {} else { report.add("duration_seconds", .double(Self.seconds(span))) }
        guard !result.ending.isSuccess else { return report }
        // Nothing was written, so there is no version of it.
        report.dataVersion = nil
        report.kind = .failed(reason: Self.reason(result), message: "\(program) \(result.ending.phrase)")
        report.add("exit_code", .int(Int(result.ending.exitCode)))
        if case .killed(let signal) = result.ending { report.add("signal", .string(CommandEnding.name(ofSignal: signal))) }
        if let text = result.errors.text(lines: errorLines) { report.add("stderr", .string(text)) }
        return report
    }

    private static func reason(_ result: ProgramRun.Result) -> FailureReason {
        result.wasTerminated || result.ending.isTermination ? .runTerminated : .failedToMaterialize
    }

    // To the millisecond.
    private static func seconds(_ span: Duration) -> Double {
        (span / .milliseconds(1)).rounded() / 1000
    }
}

extension Report {
    // A label that the operator gave counts more.
    fileprivate mutating func add(_ label: String, _ value: JSONValue) {
        if metadata[label] == nil { metadata[label] = value }
    }
}
