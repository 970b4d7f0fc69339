import AssetlogObservation
import NIOCore

extension RequestMetrics {
    /// Counts a request that is answered now.
    func answered(_ route: RequestRoute, status: Int, since start: NIODeadline) {
        answered(route, status: status, nanoseconds: Int(clamping: (NIODeadline.now() - start).nanoseconds))
    }
}
