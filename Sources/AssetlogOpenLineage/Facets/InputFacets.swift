public import AssetlogCore

/// What was found when a dataset was read.
public struct InputFacets: Hashable, Sendable {
    /// The results of checks.
    public var assertions: DataQualityAssertions?
    /// How much it held.
    public var metrics: DataQualityMetrics?

    /// Makes facets.
    public init(assertions: DataQualityAssertions? = nil, metrics: DataQualityMetrics? = nil) {
        self.assertions = assertions
        self.metrics = metrics
    }

    var all: [(any LineageFacet)?] { [assertions, metrics.map(DataQualityMetrics.OfInput.init)] }
}

/// The results of checks.
public struct DataQualityAssertions: Hashable, Sendable {
    /// The result of a check.
    public struct Assertion: Hashable, Sendable {
        /// How much a failure weighs.
        public enum Severity: String, CaseIterable, Sendable {
            /// It stops what comes after.
            case error
            /// It is only a warning.
            case warn
        }

        /// What kind of check it is; where only its name is known, the name.
        public var assertion: String
        /// Whether it found nothing wrong.
        public var isSuccess: Bool
        /// The column that it looked at; nil: the whole dataset.
        public var column: String?
        /// How much a failure weighs.
        public var severity: Severity?
        /// Its name.
        public var name: String?
        /// What it looks for, or found, in words.
        public var description: String?
        /// The value that it expected.
        public var expected: String?
        /// The value that it found.
        public var actual: String?

        /// Makes a result.
        public init(
            _ assertion: String, isSuccess: Bool, column: String? = nil, severity: Severity? = nil, name: String? = nil,
            description: String? = nil, expected: String? = nil, actual: String? = nil
        ) {
            self.assertion = assertion
            self.isSuccess = isSuccess
            self.column = column
            self.severity = severity
            self.name = name
            self.description = description
            self.expected = expected
            self.actual = actual
        }
    }

    /// The results.
    public var assertions: [Assertion]

    /// Makes results.
    public init(_ assertions: [Assertion]) {
        self.assertions = assertions
    }
}

extension DataQualityAssertions: LineageFacet {
    static let name = "dataQualityAssertions"
    static let schema = FacetSchema.published("DataQualityAssertionsDatasetFacet", "1-1-0")

    func write(to writer: inout LineageWriter) {
        writer.array("assertions", assertions) { result, writer in
            writer.member("assertion", result.assertion)
            writer.member("success", result.isSuccess)
            writer.member("column", result.column)
            writer.member("severity", result.severity?.rawValue)
            writer.member("name", result.name)
            writer.member("description", result.description)
            writer.member("expected", result.expected)
            writer.member("actual", result.actual)
        }
    }
}

/// How much a dataset holds. Metrics of columns are not among what our events say.
public struct DataQualityMetrics: Hashable, Sendable {
    /// How many rows.
    public var rowCount: Int64?
    /// How many bytes.
    public var bytes: Int64?
    /// How many files.
    public var fileCount: Int64?
    /// When it was changed last.
    public var lastUpdated: Timestamp?

    /// Makes metrics.
    public init(rowCount: Int64? = nil, bytes: Int64? = nil, fileCount: Int64? = nil, lastUpdated: Timestamp? = nil) {
        self.rowCount = rowCount
        self.bytes = bytes
        self.fileCount = fileCount
        self.lastUpdated = lastUpdated
    }

    fileprivate func write(to writer: inout LineageWriter) {
        writer.member("rowCount", rowCount)
        writer.member("bytes", bytes)
        writer.member("fileCount", fileCount)
        writer.member("lastUpdated", lastUpdated)
        // Required, even where it says nothing.
        writer.object("columnMetrics") { _ in }
    }

    /// The metrics as a run found them in its input.
    struct OfInput: LineageFacet {
        static let name = "dataQualityMetrics"
        static let schema = FacetSchema.published("DataQualityMetricsInputDatasetFacet", "1-0-3")
        let metrics: DataQualityMetrics

        func write(to writer: inout LineageWriter) { metrics.write(to: &writer) }
    }

    /// The metrics as they are known without a run.
    struct OfDataset: LineageFacet {
        static let name = "dataQualityMetrics"
        static let schema = FacetSchema.published("DataQualityMetricsDatasetFacet", "1-0-0")
        let metrics: DataQualityMetrics

        func write(to writer: inout LineageWriter) { metrics.write(to: &writer) }
    }
}
