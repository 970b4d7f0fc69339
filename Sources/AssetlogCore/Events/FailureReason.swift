/// Why an asset was not materialized, in the words of Dagster 1.13 (`AssetMaterializationFailureReason`).
///
/// Dagster keeps apart why it happened and whether it is a failure or in order (`AssetMaterializationFailureType`), so
/// each of them may stand in an event of either kind.
public enum FailureReason: String, CaseIterable, Sendable {
    /// The attempt itself failed.
    case failedToMaterialize = "FAILED_TO_MATERIALIZE"
    /// An asset that it needs failed.
    case upstreamFailedToMaterialize = "UPSTREAM_FAILED_TO_MATERIALIZE"
    /// The run was ended from outside.
    case runTerminated = "RUN_TERMINATED"
    /// Not known.
    case unknown = "UNKNOWN"
}
