public import AssetlogCore
public import AssetlogMetrics

extension RequestRoute {
    /// The route of an endpoint.
    public init(_ endpoint: ReportEndpoint) {
        switch endpoint {
        case .materialization: self = .reportMaterialization
        case .check: self = .reportCheck
        case .observation: self = .reportObservation
        }
    }
}
