#if OpenLineageReceiver
public import AssetlogCore
import AssetlogOpenLineage

extension ReceiverPlugin {
    /// Takes events of OpenLineage, as Spark, Airflow, Flink, Trino and dbt-ol send them.
    ///
    /// - `names` (list, default none): How names of datasets become asset keys, as ``DatasetKeyRule`` reads them; the first that
    ///   matches counts.
    /// - `partitions` (none, day or hour, default none): Which partition follows from the nominal time of a run.
    /// - `unknown_facets` (keep or leave_out, default keep): Whether facets that have no place in an event become metadata.
    /// - `body_bytes` (bytes, default 16 MiB): The most bytes of an event after decompression.
    public static let openLineageReceiver = ReceiverPlugin(
        name: "openlineage",
        summary: "Takes events of OpenLineage, as Spark, Airflow, Flink, Trino and dbt-ol send them.",
        stability: .beta,
        keys: OpenLineageReceiverKeys.all,
        configure: { configuration in
            let settings = try LineageSettings(configuration)
            let bytes = try configuration[OpenLineageReceiverKeys.bodyBytes]
            let single = ReceiverRoute.Body("application/json", .single)
            let array = ReceiverRoute.Body("application/json", .array)
            return ReceiverSetup(
                routes: [
                    ReceiverRoute(LineageRoutes.single, bodies: [single], maximumElementBytes: bytes),
                    ReceiverRoute(LineageRoutes.batch, bodies: [array], maximumElementBytes: bytes),
                ],
                receiver: OpenLineageReceiver(settings))
        })
}

/// The paths of OpenLineage's HTTP API.
enum LineageRoutes {
    static let single = "/api/v1/lineage"
    static let batch = "/api/v1/lineage/batch"
}

/// What the configuration says, checked.
struct LineageSettings: Sendable {
    let keys: DatasetKeys
    let partitions: NominalPartitions
    let unknownFacets: UnknownFacets

    init(_ configuration: PluginConfiguration) throws {
        keys = DatasetKeys(rules: try configuration[OpenLineageReceiverKeys.names].map { try Self.rule($0, configuration) })
        partitions = try configuration[OpenLineageReceiverKeys.partitions]
        unknownFacets = try configuration[OpenLineageReceiverKeys.unknownFacets]
        // Every event needs it.
        do {
            _ = try ReceivedIdentity.part([])
        } catch {
            throw ConfigurationError(configuration.section, "can't be used: \(error)")
        }
    }

    private static func rule(_ text: String, _ configuration: PluginConfiguration) throws -> DatasetKeyRule {
        do throws(NamingError) {
            return try DatasetKeyRule(text)
        } catch {
            throw configuration.error(OpenLineageReceiverKeys.names, "contains the rule \"\(text)\", which \(error.problem)")
        }
    }
}
#endif
