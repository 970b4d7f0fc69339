import AssetlogCore
import AssetlogObservation

extension RequestRoute {
    /// The route of an endpoint.
    init(_ endpoint: ReportEndpoint) {
        switch endpoint {
        case .materialization: self = .reportMaterialization
        case .check: self = .reportCheck
        case .observation: self = .reportObservation
        }
    }
}
