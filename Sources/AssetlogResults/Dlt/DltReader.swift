import AssetlogCore

/// Reads what dlt says about its loads: the trace of a pipeline (`pipeline.last_trace.asdict()`), which also counts rows, or what
/// `pipeline.run` returns (`asdict()` of the load info).
public enum DltReader {
    /// Reads a file.
    ///
    /// - Throws: ``ResultFileError`` when it is neither.
    public static func read(_ bytes: [UInt8], _ options: ResultOptions = ResultOptions()) throws(ResultFileError) -> ResultReading {
        let view = try ResultFile.json(bytes, "The file")
        var builder = ReadingBuilder()
        for part in view.kind == .array ? view.elements : [view] {
            try DltRun(part).read(options, into: &builder)
        }
        return builder.finished
    }
}

/// A run of a pipeline.
private struct DltRun {
    private let pipeline: String
    private let load: DltLoad?
    private let rows: DltRows
    private let failure: String?

    init(_ view: JSONView) throws(ResultFileError) {
        if let steps = view["steps"]?.elements, view["pipeline_name"] != nil {
            pipeline = view["pipeline_name"]?.shortText() ?? ""
            let step = steps.last { $0["step"]?.text == "load" }
            // Until 1.30 the metrics stood in step_info with the rest.
            load = step.map { DltLoad([$0["load_info"], $0["step_info"], $0].compactMap { $0 }) }
            rows = DltRows(steps.last { $0["step"]?.text == "normalize" })
            failure = steps.last { $0["step_exception"] != nil }?["step_exception"]?.shortText(2048)
        } else if view["load_packages"] != nil {
            pipeline = (view["pipeline"]?["pipeline_name"] ?? view["pipeline_name"])?.shortText() ?? ""
            (load, rows, failure) = (DltLoad([view]), DltRows(nil), nil)
        } else {
            throw ResultFileError("The file is neither a trace of dlt, with \"steps\", nor a load info, with \"load_packages\".")
        }
    }

    func read(_ options: ResultOptions, into builder: inout ReadingBuilder) throws(ResultFileError) {
        guard let load, !load.packages.isEmpty else {
            let reason = failure.map { ": \($0)" } ?? "."
            return builder.note("The pipeline \(pipeline.quoted) loaded nothing\(reason)")
        }
        for package in load.packages { try read(package, load, options, into: &builder) }
    }

    private func read(
        _ package: DltPackage, _ load: DltLoad, _ options: ResultOptions, into builder: inout ReadingBuilder
    ) throws(ResultFileError) {
        for table in package.tables {
            guard let key = options.key([load.dataset ?? pipeline, table.name]) else {
                builder.note("The table \(table.name.quoted) of \(pipeline.quoted) has no usable name.")
                continue
            }
            if let message = table.failure {
                try builder.add(item(.materializationFailed, of: key, table, package, load, message: message))
            } else if package.isLoaded, table.isComplete {
                try builder.add(item(.materialization, of: key, table, package, load))
            } else {
                builder.note("The load \(package.id) of \(key) is not complete (\(package.state)); its rows count with the load.")
            }
        }
    }

    private func item(
        _ kind: EventKind, of key: AssetKey, _ table: DltPackage.Table, _ package: DltPackage, _ load: DltLoad, message: String? = nil
    ) -> EventItem {
        let id = EventID(foreign: ["dlt", pipeline, package.id, kind.name, key.canonical])
        var item = EventItem(kind, of: key, eventID: id, timestamp: package.completedAt ?? load.finishedAt)
        if kind == .materializationFailed {
            item.failure = EventItem.Failure(message: message)
        } else {
            item.add("rows", rows.count(of: table.name, in: package.id).map { .integer($0) })
        }
        item.add("dlt/pipeline", text: pipeline)
        item.add("dlt/load_id", text: package.id)
        item.add("dlt/schema", text: package.schema)
        item.add("dlt/resource", text: load.resources[table.name])
        item.add("dlt/destination", text: load.destination)
        item.add("dlt/dataset", text: load.dataset)
        return item
    }
}

/// What the step `load` says.
private struct DltLoad {
    let packages: [DltPackage]
    let dataset: String?
    let destination: String?
    let finishedAt: Timestamp?
    /// The resource of each table, as `outputs` of dlt 1.31 has it.
    let resources: [String: String]

    /// - Parameter views: Where it stands; the first that has something counts.
    init(_ views: [JSONView]) {
        func first<Value>(_ read: (JSONView) -> Value?) -> Value? { views.lazy.compactMap(read).first }
        packages = (first { $0["load_packages"] }?.elements ?? []).prefix(10_000).compactMap(DltPackage.init)
        dataset = first { $0["dataset_name"]?.shortText() }
        destination = first { $0["destination_type"]?.shortText() } ?? first { $0["destination_name"]?.shortText() }
        finishedAt = first { $0["finished_at"]?.time }
        var resources: [String: String] = [:]
        for output in first({ $0["outputs"] })?.elements ?? [] {
            guard let name = output["resource_name"]?.shortText() else { continue }
            for table in output["tables"]?.elements ?? [] { resources[table.text ?? ""] = name }
        }
        self.resources = resources
    }
}

/// A package of a load.
private struct DltPackage {
    /// A table, and what became of the jobs that wrote it.
    struct Table {
        let name: String
        var isComplete = true
        var failure: String?
    }

    let id: String
    let state: String
    let schema: String?
    let completedAt: Timestamp?
    let tables: [Table]

    var isLoaded: Bool { state == "loaded" }

    init?(_ view: JSONView) {
        guard let id = view["load_id"]?.shortText(), let state = view["state"]?.shortText(64) else { return nil }
        (self.id, self.state) = (id, state)
        schema = view["schema_name"]?.shortText()
        completedAt = view["completed_at"]?.time
        var (tables, indices) = ([Table](), [String: Int]())
        for job in view["jobs"]?.elements ?? [] {
            // Those that begin so are dlt's own.
            guard let name = job["table_name"]?.text, !name.hasPrefix("_dlt_") else { continue }
            let index = indices[name] ?? tables.count
            if index == tables.count {
                indices[name] = index
                tables.append(Table(name: name))
            }
            tables[index].add(job)
        }
        self.tables = tables
    }
}

extension DltPackage.Table {
    fileprivate mutating func add(_ job: JSONView) {
        let state = job["state"]?.text
        guard state != "completed_jobs" else { return }
        // Since 1.31 a job that has failed for good waits as a new one, with the message.
        let message = job["failed_message"]?.text
        guard message != nil || state == "failed_jobs" else { return isComplete = false }
        failure = message.map(Self.end) ?? "a job of the load failed"
    }

    // Of a traceback the end says what was wrong.
    private static func end(of message: String) -> String {
        guard message.hasPrefix("Traceback"), let last = message.split(whereSeparator: \.isNewline).last(where: { $0.first != " " })
        else { return message.clipped(to: 4096) }
        return String(last).clipped(to: 4096)
    }
}

/// How many rows the step `normalize` counted for each table of a package.
private struct DltRows {
    private var counts: [[String]: Int64] = [:]

    init(_ step: JSONView?) {
        let views = [step?["normalize_info"], step?["step_info"]].compactMap { $0 }
        // By table, else by job: then several are of one table.
        let names = ["table_metrics", "job_metrics", "metrics"]
        guard let metrics = names.lazy.compactMap({ name in views.lazy.compactMap { $0[name] }.first }).first else { return }
        for metric in metrics.elements {
            guard let table = metric["table_name"]?.text, let count = metric["items_count"]?.integer, count >= 0 else { continue }
            counts[[metric["load_id"]?.shortText() ?? "", table], default: 0] &+= count
        }
    }

    func count(of table: String, in package: String) -> Int64? { counts[[package, table]] }
}
