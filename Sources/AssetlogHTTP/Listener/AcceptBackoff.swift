import AssetlogCore
import AssetlogObservation
import Logging
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How long a listener pauses after the system had no room for one more connection. A pure state machine.
struct AcceptBackoff: Equatable {
    private static let backoff = Backoff(first: .milliseconds(50), longest: .seconds(1))

    /// The failures of the present episode; 0: none is under way.
    private(set) var failures = 0
    /// Those since there was room last.
    private var failuresInARow = 0

    /// Counts a failure.
    ///
    /// - Returns: How long to pause now.
    mutating func fail() -> TimeAmount {
        failures += 1
        failuresInARow += 1
        return TimeAmount(Self.backoff.pause(afterFailures: failuresInARow))
    }

    /// There was room for a connection.
    mutating func succeed() {
        failuresInARow = 0
    }

    /// Ends the episode.
    ///
    /// - Returns: Its failures.
    mutating func end() -> Int {
        defer { self = AcceptBackoff() }
        return failures
    }

    /// Whether an error of `accept` means that there is no room now, but may be later.
    static func isShortage(_ error: IOError) -> Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode)
    }
}

/// Lets a listener pause while there is no room for one more connection. By itself it would try again at once, and for
/// ever, because the connection that waits keeps it readable.
final class AcceptPauses: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    /// An episode is over when nothing has failed for so long.
    private static let quietTime = TimeAmount.seconds(10)

    private let metrics: RequestMetrics
    private let logger: Logger
    private var backoff = AcceptBackoff()
    private var resumption: Scheduled<Void>?
    private var endOfEpisode: Scheduled<Void>?

    init(metrics: RequestMetrics, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        backoff.succeed()
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, AcceptBackoff.isShortage(error) else {
            return context.fireErrorCaught(error)
        }
        metrics.acceptFailures.add()
        if backoff.failures == 0 { warn(error) }
        pause(context.channel, for: backoff.fail())
    }

    func channelInactive(context: ChannelHandlerContext) {
        resumption?.cancel()
        endOfEpisode?.cancel()
        context.fireChannelInactive()
    }

    private func pause(_ channel: any Channel, for amount: TimeAmount) {
        // Only this takes the listener out of what the event loop looks at; a `read` that is held back does not.
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        resumption?.cancel()
        endOfEpisode?.cancel()
        let loop = channel.eventLoop.assumeIsolated()
        resumption = loop.scheduleTask(in: amount) { try? channel.syncOptions?.setOption(.autoRead, value: true) }
        endOfEpisode = loop.scheduleTask(in: Self.quietTime) { [self] in
            logger.notice("New connections are accepted again.", metadata: ["failures": "\(backoff.end())"])
        }
    }

    private func warn(_ error: IOError) {
        logger.error(
            """
            New connections can't be accepted, because there are no file descriptors or no memory left for them; they wait, \
            and accepting is tried again. Raise the limit (ulimit -n, LimitNOFILE=), or lower server.limits.connections.
            """, metadata: ["error": "\(error)"])
    }
}
