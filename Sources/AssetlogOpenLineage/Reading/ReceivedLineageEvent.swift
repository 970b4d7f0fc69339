public import AssetlogCore

/// An event of OpenLineage as a producer sent it, read leniently: what is missing, unknown or of another type is not there, and
/// nothing of it is refused.
///
/// It keeps at most ``maximumDatasets`` inputs and outputs each, whatever the event names.
public struct ReceivedLineageEvent: Sendable {
    /// What an event is about.
    public enum Subject: Hashable, Sendable {
        /// A run of a job.
        case run
        /// A dataset, without a run.
        case dataset
        /// A job, without a run.
        case job
    }

    /// The most inputs, and the most outputs, that are read.
    public static let maximumDatasets = 20_000

    /// What it is about.
    public private(set) var subject = Subject.job
    /// What became of the run; nil: the event does not say, or in a word that nobody knows.
    public private(set) var state: LineageRunEvent.State?
    /// The word for what became of the run, as it was sent.
    public private(set) var stateText: String?
    /// When it happened; nil: the event does not say, or in a form that nobody knows.
    public private(set) var time: Timestamp?
    /// The program that says so.
    public private(set) var producer: String?
    /// The run; nil: it has no identity.
    public private(set) var runID: EventID?
    /// What is known of the run.
    public private(set) var runFacets = ReceivedFacets()
    /// The job.
    public private(set) var job = LineageJob(namespace: "", name: "")
    /// What is known of the job.
    public private(set) var jobFacets = ReceivedFacets()
    /// What the run read.
    public private(set) var inputs: [ReceivedDataset] = []
    /// What the run wrote.
    public private(set) var outputs: [ReceivedDataset] = []
    /// The dataset of an event without a run.
    public private(set) var dataset: ReceivedDataset?
    /// How many inputs and outputs were left out, because there were too many or because they were no objects.
    public private(set) var omittedDatasets = 0

    /// Reads an event; nil: it has neither a run nor a dataset nor a job, and so is none.
    public init?(_ json: JSONView) {
        var has = (run: false, dataset: false, job: false)
        json.visitMembers { name, value in
            switch name {
            case "eventType": readState(value)
            case "eventTime": time = ReceivedTime.read(value)
            case "producer": producer = value.text
            case "run": has.run = readRun(value) || has.run
            case "job": has.job = readJob(value) || has.job
            case "dataset":
                dataset = ReceivedDataset(value)
                has.dataset = dataset != nil
            case "inputs": readDatasets(value, \.inputs)
            case "outputs": readDatasets(value, \.outputs)
            default: break
            }
            return true
        }
        guard has.run || has.dataset || has.job else { return nil }
        subject = has.run ? .run : has.dataset ? .dataset : .job
    }

    private mutating func readState(_ json: JSONView) {
        stateText = json.text
        state = stateText.flatMap { LineageRunEvent.State(rawValue: $0) ?? LineageRunEvent.State(rawValue: $0.uppercased()) }
    }

    private mutating func readRun(_ json: JSONView) -> Bool {
        json.visitMembers { name, value in
            switch name {
            case "runId": runID = ReceivedRunID.read(value)
            case "facets": runFacets = ReceivedFacets(value)
            default: break
            }
            return true
        }
        return json.kind == .object
    }

    private mutating func readJob(_ json: JSONView) -> Bool {
        json.visitMembers { name, value in
            switch name {
            case "namespace": job.namespace = value.text ?? ""
            case "name": job.name = value.text ?? ""
            case "facets": jobFacets = ReceivedFacets(value)
            default: break
            }
            return true
        }
        return json.kind == .object
    }

    private mutating func readDatasets(_ json: JSONView, _ list: WritableKeyPath<ReceivedLineageEvent, [ReceivedDataset]>) {
        var datasets: [ReceivedDataset] = []
        json.visitElements { element in
            if datasets.count < Self.maximumDatasets, let dataset = ReceivedDataset(element) {
                datasets.append(dataset)
            } else {
                omittedDatasets += 1
            }
            return true
        }
        self[keyPath: list] = datasets
    }
}

extension ReceivedLineageEvent {
    /// What must be known of a run before its event can be read: whose START may name the outputs that this event does not name,
    /// and when the run began.
    public struct Glance: Hashable, Sendable {
        /// What became of the run.
        public var state: LineageRunEvent.State
        /// The run.
        public var runID: EventID
        /// Whether the event names outputs.
        public var hasOutputs: Bool
    }

    /// Looks at an event without reading its parts; nil: it is no event of a run that has an identity and a state.
    public static func glance(at json: JSONView) -> Glance? {
        var (state, runID, hasOutputs): (LineageRunEvent.State?, EventID?, Bool) = (nil, nil, false)
        json.visitMembers { name, value in
            switch name {
            case "eventType": state = value.text.flatMap { LineageRunEvent.State(rawValue: $0.uppercased()) }
            case "run": runID = ReceivedRunID.read(value["runId"])
            case "outputs":
                hasOutputs = false
                value.visitElements { element in
                    hasOutputs = element.kind == .object
                    return !hasOutputs
                }
            default: break
            }
            return true
        }
        guard let state, let runID else { return nil }
        return Glance(state: state, runID: runID, hasOutputs: hasOutputs)
    }
}
