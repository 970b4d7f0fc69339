import AssetlogCore
import AssetlogMetrics
import NIOCore

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

extension RequestMetrics {
    /// Counts a request that is answered now.
    func answered(_ route: RequestRoute, status: Int, since start: NIODeadline) {
        answered(route, status: status, nanoseconds: Int(clamping: (NIODeadline.now() - start).nanoseconds))
    }
}
