/// What was written to a dataset.
public struct OutputFacets: Hashable, Sendable {
    /// How much was written.
    public var statistics: OutputStatistics?

    /// Makes facets.
    public init(statistics: OutputStatistics? = nil) {
        self.statistics = statistics
    }

    var all: [(any LineageFacet)?] { [statistics] }
}

/// How much was written to a dataset.
public struct OutputStatistics: Hashable, Sendable {
    /// How many rows.
    public var rowCount: Int64?
    /// How many bytes.
    public var size: Int64?
    /// How many files.
    public var fileCount: Int64?

    /// Makes statistics.
    public init(rowCount: Int64? = nil, size: Int64? = nil, fileCount: Int64? = nil) {
        self.rowCount = rowCount
        self.size = size
        self.fileCount = fileCount
    }
}

extension OutputStatistics: LineageFacet {
    static let name = "outputStatistics"
    static let schema = FacetSchema.published("OutputStatisticsOutputDatasetFacet", "1-0-2")

    func write(to writer: inout LineageWriter) {
        writer.member("rowCount", rowCount)
        writer.member("size", size)
        writer.member("fileCount", fileCount)
    }
}
