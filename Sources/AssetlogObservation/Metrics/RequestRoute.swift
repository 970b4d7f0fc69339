/// A route as metrics and logs name it: a few, whatever strangers ask for. ``RequestMetrics/route(_:)`` makes one.
public struct RequestRoute: Hashable, Sendable {
    /// Its row in the metrics.
    let index: Int
    /// The name: the path with its parameters in braces.
    public let name: String

    /// The three endpoints that take reports, which the fast path counts without a table.
    public static var reportMaterialization: RequestRoute { RequestRoute(index: 0, name: "/report_asset_materialization") }
    /// See ``reportMaterialization``.
    public static var reportCheck: RequestRoute { RequestRoute(index: 1, name: "/report_asset_check") }
    /// See ``reportMaterialization``.
    public static var reportObservation: RequestRoute { RequestRoute(index: 2, name: "/report_asset_observation") }
    /// Everything that is no route, requests that could not be read among them.
    public static var other: RequestRoute { RequestRoute(index: 3, name: "other") }

    /// Those that are there without being asked for, by their index.
    static let known: [RequestRoute] = [reportMaterialization, reportCheck, reportObservation, other]
}
