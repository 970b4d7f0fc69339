import AssetlogBody
import AssetlogCore
import NIOCore

/// What a connection may cost, with its time limits in the unit of its event loop, so that no request converts them.
struct HTTPLimits {
    var headerBytes: Int
    var targetBytes: Int
    var body: RequestBodyLimits
    var bodyBytesPerSecond: Int
    var discardedBytes: Int
    var headerTimeout: TimeAmount
    var bodyTimeout: TimeAmount
    var idleTimeout: TimeAmount
    var writeTimeout: TimeAmount
    var discardTimeout: TimeAmount

    init(_ limits: ServerLimits = .init()) {
        headerBytes = limits.headerBytes
        targetBytes = limits.targetBytes
        body = .report(limits)
        bodyBytesPerSecond = limits.bodyBytesPerSecond
        discardedBytes = limits.discardedBytes
        headerTimeout = TimeAmount(limits.headerTimeout)
        bodyTimeout = TimeAmount(limits.bodyTimeout)
        idleTimeout = TimeAmount(limits.idleTimeout)
        writeTimeout = TimeAmount(limits.writeTimeout)
        discardTimeout = TimeAmount(limits.discardTimeout)
    }
}
