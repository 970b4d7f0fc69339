/// A piece of what is known of a run or a dataset, with a name and a schema of its own.
protocol LineageFacet {
    /// Its name among the facets: `outputStatistics`.
    static var name: String { get }
    /// Where its schema is defined.
    static var schema: FacetSchema { get }

    func write(to writer: inout LineageWriter)
}

/// The schema of a facet: a version of a document, and the definition in it.
struct FacetSchema {
    let url: String

    /// A schema that OpenLineage publishes.
    static func published(_ definition: String, _ version: String) -> FacetSchema {
        FacetSchema(url: "https://openlineage.io/spec/facets/\(version)/\(definition).json#/$defs/\(definition)")
    }

    /// A schema of ours, which stands beside the exporter: `event-facet.json`.
    static func own(_ definition: String, _ version: String) -> FacetSchema {
        FacetSchema(url: "urn:assetlog:openlineage:\(version)#/$defs/\(definition)")
    }
}

extension LineageWriter {
    /// Writes those facets that are there, each with what every facet says of itself; nothing when there is none.
    mutating func facets(_ name: String, _ facets: [(any LineageFacet)?], producer: String) {
        let facets = facets.compactMap { $0 }
        guard !facets.isEmpty else { return }
        object(name) { writer in
            for facet in facets {
                let type = type(of: facet)
                writer.object(type.name) { writer in
                    writer.member("_producer", producer)
                    writer.member("_schemaURL", type.schema.url)
                    facet.write(to: &writer)
                }
            }
        }
    }
}
