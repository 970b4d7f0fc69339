import AssetlogCore
import NIOCore

/// What a connection may cost, with its time limits in the unit of its event loop, so that no request converts them.
struct HTTPLimits {
    let headerBytes: Int
    let targetBytes: Int
    let bodyBytes: Int
    let compressionRatio: Int
    let bodyBytesPerSecond: Int
    let discardedBytes: Int
    let headerTimeout: TimeAmount
    let bodyTimeout: TimeAmount
    let idleTimeout: TimeAmount
    let writeTimeout: TimeAmount
    let discardTimeout: TimeAmount

    init(_ limits: ServerLimits) {
        headerBytes = limits.headerBytes
        targetBytes = limits.targetBytes
        bodyBytes = limits.bodyBytes
        compressionRatio = limits.compressionRatio
        bodyBytesPerSecond = limits.bodyBytesPerSecond
        discardedBytes = limits.discardedBytes
        headerTimeout = TimeAmount(limits.headerTimeout)
        bodyTimeout = TimeAmount(limits.bodyTimeout)
        idleTimeout = TimeAmount(limits.idleTimeout)
        writeTimeout = TimeAmount(limits.writeTimeout)
        discardTimeout = TimeAmount(limits.discardTimeout)
    }
}
