package import AssetlogCore

/// Which events of the log may go, and how long they stay. The first rule that matches an event decides; without one it stays.
package struct RetentionRule: Hashable, Sendable {
    /// Of assets that one of these patterns matches; nil: of all.
    package var assets: [PartPattern]?
    /// Of these kinds; nil: of all.
    package var kinds: Set<EventKind>?
    /// Of these deployments; nil: of all.
    package var deployments: [String]?
    /// How long after its receipt an event stays; nil: its age does not count.
    package var keepFor: Duration?
    /// How many events of each kind stay of an asset, the last ones of the log; nil: their number does not count.
    package var keepLast: Int?

    /// Makes a rule. An event goes when everything that is set lets it go.
    package init(
        assets: [PartPattern]? = nil, kinds: Set<EventKind>? = nil, deployments: [String]? = nil, keepFor: Duration? = nil,
        keepLast: Int? = nil
    ) {
        self.assets = assets
        self.kinds = kinds
        self.deployments = deployments
        self.keepFor = keepFor
        self.keepLast = keepLast
    }

    /// Whether it is about events of an asset, of whatever kind.
    func matches(_ name: AssetName) -> Bool {
        if let deployments, !deployments.contains(where: { $0.utf8.elementsEqual(name.deployment.text.utf8) }) { return false }
        guard let assets else { return true }
        var key = name.key.text
        return key.withUTF8 { key in assets.contains { $0.matches(canonicalKey: UnsafeRawBufferPointer(key)) } }
    }
}

/// What a server is told about retention.
package struct RetentionSettings: Hashable, Sendable {
    /// The rules, in their order; none: nothing is ever removed.
    package var rules: [RetentionRule]
    /// How long it waits between the end of one run and the next.
    package var every: Duration
    /// How long events wait for an exporter that has not read them, once they may go.
    package var waitForExporters: Duration
    /// How long the identities of removed events stay known.
    package var identities: Duration

    /// Makes settings.
    package init(
        rules: [RetentionRule] = [], every: Duration = .seconds(86_400), waitForExporters: Duration = .seconds(7 * 86_400),
        identities: Duration = .seconds(7 * 86_400)
    ) {
        self.rules = rules
        self.every = every
        self.waitForExporters = waitForExporters
        self.identities = identities
    }

    /// How long it waits before the first run, when others have work to do, and before it tries again.
    var shortPause: Duration { min(.seconds(60), every) }

    /// How long it waits after a run.
    ///
    /// - Parameter report: What the run removed; nil: it did not take place.
    func pause(after report: RetentionReport?) -> Duration { report == nil ? shortPause : every }
}

/// The rules that hold for the events of one asset, by kind.
struct AssetRules: Sendable {
    /// The index of the rule for each kind, at the kind's raw value.
    private let indices: [Int?]
    private let rules: [RetentionRule]

    init(_ rules: [RetentionRule], for name: AssetName) {
        self.rules = rules
        var indices: [Int?] = Array(repeating: nil, count: 1 + Int(EventKind.allCases.map(\.rawValue).max() ?? 0))
        for (index, rule) in rules.enumerated().reversed() where rule.matches(name) {
            for kind in EventKind.allCases where rule.kinds?.contains(kind) ?? true { indices[Int(kind.rawValue)] = index }
        }
        self.indices = indices
    }

    /// The kinds of which events may go.
    var kinds: Set<EventKind> { Set(EventKind.allCases.filter { self[$0] != nil }) }

    /// The rule for a kind, and its index among all rules; nil: events of the kind stay.
    subscript(kind: EventKind) -> (index: Int, rule: RetentionRule)? {
        indices[Int(kind.rawValue)].map { ($0, rules[$0]) }
    }
}
