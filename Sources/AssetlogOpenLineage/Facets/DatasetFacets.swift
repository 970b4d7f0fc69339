/// What is known of a dataset, whoever reads or writes it.
public struct DatasetFacets: Hashable, Sendable {
    /// The version of its data.
    public var version: DatasetVersion?
    /// Its columns.
    public var schema: DatasetSchema?
    /// Its tags.
    public var tags: DatasetTags?
    /// What it is, in words.
    public var documentation: DatasetDocumentation?
    /// How much it holds, where no run found that.
    public var metrics: DataQualityMetrics?
    /// The event of our log that this was made from, where there is no run that says so.
    public var source: SourceEvent?

    /// Makes facets.
    public init(
        version: DatasetVersion? = nil, schema: DatasetSchema? = nil, tags: DatasetTags? = nil,
        documentation: DatasetDocumentation? = nil, metrics: DataQualityMetrics? = nil, source: SourceEvent? = nil
    ) {
        self.version = version
        self.schema = schema
        self.tags = tags
        self.documentation = documentation
        self.metrics = metrics
        self.source = source
    }

    var all: [(any LineageFacet)?] {
        [
            version, schema, tags, documentation, metrics.map(DataQualityMetrics.OfDataset.init),
            source.map(SourceEvent.OfDataset.init),
        ]
    }
}

/// The version of the data.
public struct DatasetVersion: Hashable, Sendable {
    /// The version.
    public var version: String

    /// Makes a version.
    public init(_ version: String) {
        self.version = version
    }
}

extension DatasetVersion: LineageFacet {
    static let name = "version"
    static let schema = FacetSchema.published("DatasetVersionDatasetFacet", "1-0-1")

    func write(to writer: inout LineageWriter) {
        writer.member("datasetVersion", version)
    }
}

/// The columns of a dataset.
public struct DatasetSchema: Hashable, Sendable {
    /// A column.
    public struct Field: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Its type, in the words of where it is.
        public var type: String?
        /// What it holds, in words.
        public var description: String?

        /// Makes a column.
        public init(name: String, type: String? = nil, description: String? = nil) {
            self.name = name
            self.type = type
            self.description = description
        }
    }

    /// The columns, in their order.
    public var fields: [Field]

    /// Makes a schema.
    public init(fields: [Field]) {
        self.fields = fields
    }
}

extension DatasetSchema: LineageFacet {
    static let name = "schema"
    static let schema = FacetSchema.published("SchemaDatasetFacet", "1-2-0")

    func write(to writer: inout LineageWriter) {
        writer.array("fields", fields) { field, writer in
            writer.member("name", field.name)
            writer.member("type", field.type)
            writer.member("description", field.description)
        }
    }
}

/// The tags of a dataset.
public struct DatasetTags: Hashable, Sendable {
    /// A tag.
    public struct Tag: Hashable, Sendable {
        /// Its name.
        public var key: String
        /// Its value.
        public var value: String

        /// Makes a tag.
        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// The tags, in their order.
    public var tags: [Tag]

    /// Makes tags.
    public init(_ tags: [Tag]) {
        self.tags = tags
    }
}

extension DatasetTags: LineageFacet {
    static let name = "tags"
    static let schema = FacetSchema.published("TagsDatasetFacet", "1-0-0")

    func write(to writer: inout LineageWriter) {
        writer.array("tags", tags) { tag, writer in
            writer.member("key", tag.key)
            writer.member("value", tag.value)
        }
    }
}

/// What a dataset is, in words.
public struct DatasetDocumentation: Hashable, Sendable {
    /// The words.
    public var description: String

    /// Makes a documentation.
    public init(_ description: String) {
        self.description = description
    }
}

extension DatasetDocumentation: LineageFacet {
    static let name = "documentation"
    static let schema = FacetSchema.published("DocumentationDatasetFacet", "1-1-0")

    func write(to writer: inout LineageWriter) {
        writer.member("description", description)
    }
}
