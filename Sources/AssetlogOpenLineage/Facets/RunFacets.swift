public import AssetlogCore

/// What is known of a run.
public struct RunFacets: Hashable, Sendable {
    /// The time that the run stands for.
    public var nominalTime: NominalTime?
    /// Why the run failed.
    public var errorMessage: ErrorMessage?
    /// The event of our log that the run was made from.
    public var source: SourceEvent?

    /// Makes facets.
    public init(nominalTime: NominalTime? = nil, errorMessage: ErrorMessage? = nil, source: SourceEvent? = nil) {
        self.nominalTime = nominalTime
        self.errorMessage = errorMessage
        self.source = source
    }

    var all: [(any LineageFacet)?] { [nominalTime, errorMessage, source.map(SourceEvent.OfRun.init)] }
}

/// The time that a run stands for: the day of a daily partition.
public struct NominalTime: Hashable, Sendable {
    /// Its beginning.
    public var start: Timestamp
    /// Its end, which does not belong to it; nil: not known.
    public var end: Timestamp?

    /// Makes a time.
    public init(start: Timestamp, end: Timestamp?) {
        self.start = start
        self.end = end
    }
}

extension NominalTime: LineageFacet {
    static let name = "nominalTime"
    static let schema = FacetSchema.published("NominalTimeRunFacet", "1-0-1")

    func write(to writer: inout LineageWriter) {
        writer.member("nominalStartTime", start)
        writer.member("nominalEndTime", end)
    }
}

/// Why a run failed.
public struct ErrorMessage: Hashable, Sendable {
    /// The language of a program that nothing is known of.
    public static let unknownLanguage = "UNKNOWN"

    /// The message, for people.
    public var message: String
    /// The programming language of the program that failed.
    public var programmingLanguage: String

    /// Makes a message.
    public init(_ message: String, programmingLanguage: String = unknownLanguage) {
        self.message = message
        self.programmingLanguage = programmingLanguage
    }
}

extension ErrorMessage: LineageFacet {
    static let name = "errorMessage"
    static let schema = FacetSchema.published("ErrorMessageRunFacet", "1-0-1")

    func write(to writer: inout LineageWriter) {
        writer.member("message", message)
        writer.member("programmingLanguage", programmingLanguage)
    }
}
