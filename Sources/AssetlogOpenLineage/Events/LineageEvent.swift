public import AssetlogCore

/// An event of OpenLineage (specification 2-0-2): what happened in a run of a job, or what is known of a dataset without one.
public struct LineageEvent: Hashable, Sendable {
    /// The version of the specification.
    public static let specification = "2-0-2"

    /// What an event is about.
    public enum Subject: Hashable, Sendable {
        /// A run has begun or ended.
        case run(LineageRunEvent)
        /// A dataset was looked at.
        case dataset(LineageDataset)
    }

    /// When it happened.
    public var time: Timestamp
    /// A URI of the program that says so.
    public var producer: String
    /// What it is about.
    public var subject: Subject

    /// Makes an event.
    public init(time: Timestamp, producer: String, subject: Subject) {
        self.time = time
        self.producer = producer
        self.subject = subject
    }

    /// The event as a JSON object without blanks.
    public var json: [UInt8] {
        var writer = LineageWriter()
        writer.object { writer in
            writer.member("eventTime", time)
            writer.member("producer", producer)
            switch subject {
            case .run(let event):
                writer.member("schemaURL", Self.schema(of: "RunEvent"))
                event.write(to: &writer, producer: producer)
            case .dataset(let dataset):
                writer.member("schemaURL", Self.schema(of: "DatasetEvent"))
                writer.object("dataset") { dataset.write(to: &$0, producer: producer) }
            }
        }
        return writer.bytes
    }

    private static func schema(of definition: String) -> String {
        "https://openlineage.io/spec/\(specification)/OpenLineage.json#/$defs/\(definition)"
    }
}

/// What happened in a run.
public struct LineageRunEvent: Hashable, Sendable {
    /// What became of a run.
    public enum State: String, CaseIterable, Sendable {
        /// It has begun.
        case start = "START"
        /// It goes on.
        case running = "RUNNING"
        /// It ended, and did what it was to do.
        case complete = "COMPLETE"
        /// It ended without doing what it was to do, and that is in order.
        case abort = "ABORT"
        /// It failed.
        case fail = "FAIL"
        /// Something else.
        case other = "OTHER"
    }

    /// What became of it; nil: the event does not say.
    public var state: State?
    /// The run.
    public var run: LineageRun
    /// The job of the run.
    public var job: LineageJob
    /// What the run read.
    public var inputs: [LineageInput]
    /// What the run wrote.
    public var outputs: [LineageOutput]

    /// Makes an event.
    public init(
        state: State?, run: LineageRun, job: LineageJob, inputs: [LineageInput] = [], outputs: [LineageOutput] = []
    ) {
        self.state = state
        self.run = run
        self.job = job
        self.inputs = inputs
        self.outputs = outputs
    }

    func write(to writer: inout LineageWriter, producer: String) {
        writer.member("eventType", state?.rawValue)
        writer.object("run") { writer in
            writer.member("runId", run.id.description)
            writer.facets("facets", run.facets.all, producer: producer)
        }
        writer.object("job") { writer in
            writer.member("namespace", job.namespace)
            writer.member("name", job.name)
        }
        writer.array("inputs", inputs) { input, writer in
            input.dataset.write(to: &writer, producer: producer)
            writer.facets("inputFacets", input.facets.all, producer: producer)
        }
        writer.array("outputs", outputs) { output, writer in
            output.dataset.write(to: &writer, producer: producer)
            writer.facets("outputFacets", output.facets.all, producer: producer)
        }
    }
}

/// A run of a job.
public struct LineageRun: Hashable, Sendable {
    /// The identity, a UUID of any version.
    public var id: EventID
    /// What is known of it.
    public var facets: RunFacets

    /// Makes a run.
    public init(id: EventID, facets: RunFacets = RunFacets()) {
        self.id = id
        self.facets = facets
    }
}

/// A job: what is run again and again.
public struct LineageJob: Hashable, Sendable {
    /// Where the name comes from.
    public var namespace: String
    /// The name there.
    public var name: String

    /// Makes a job.
    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }
}

/// A dataset, and what is known of it.
public struct LineageDataset: Hashable, Sendable {
    /// The name.
    public var name: DatasetName
    /// What is known of it.
    public var facets: DatasetFacets

    /// Makes a dataset.
    public init(_ name: DatasetName, facets: DatasetFacets = DatasetFacets()) {
        self.name = name
        self.facets = facets
    }

    func write(to writer: inout LineageWriter, producer: String) {
        writer.member("namespace", name.namespace)
        writer.member("name", name.name)
        writer.facets("facets", facets.all, producer: producer)
    }
}

/// A dataset that a run read.
public struct LineageInput: Hashable, Sendable {
    /// The dataset.
    public var dataset: LineageDataset
    /// What was found when it was read.
    public var facets: InputFacets

    /// Makes an input.
    public init(_ dataset: LineageDataset, facets: InputFacets = InputFacets()) {
        self.dataset = dataset
        self.facets = facets
    }
}

/// A dataset that a run wrote.
public struct LineageOutput: Hashable, Sendable {
    /// The dataset.
    public var dataset: LineageDataset
    /// What was written.
    public var facets: OutputFacets

    /// Makes an output.
    public init(_ dataset: LineageDataset, facets: OutputFacets = OutputFacets()) {
        self.dataset = dataset
        self.facets = facets
    }
}
