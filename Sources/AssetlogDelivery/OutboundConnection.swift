#if Delivery
import AssetlogCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Sends requests, one after the other, over a connection that is kept open between them.
///
/// It has a thread of its own, because libcurl's calls block; the thread ends with the object.
public final class OutboundConnection: Sendable {
    private let queue = RequestQueue()
    /// Nil when the operating system has refused it.
    private let thread: JoinableThread?

    /// Makes a connection; it is opened by the first request.
    public init() {
        let queue = queue
        thread = JoinableThread { Self.work(queue) }
    }

    deinit {
        queue.close()
        // It has nothing to do, because a waiting caller keeps this object. Its end must not be left to the end of
        // the process: OpenSSL is taken down there, and the thread would still be closing its connection.
        thread?.join()
    }

    /// Sends a request and waits for its answer, whatever its status is. Redirects are not followed.
    ///
    /// - Throws: ``DeliveryError`` when there is no answer; ``DeliveryError/Code/cancelled`` when the task is cancelled.
    public func send(_ request: OutboundRequest) async throws -> OutboundAnswer {
        try await send(request, stream: nil)
    }

    /// Sends a request and takes the body of its answer while it comes, for as long as it comes: ``OutboundRequest/timeout`` does not
    /// count. The body of an answer that is not of 2xx is in the result.
    ///
    /// - Returns: The answer when its body has ended, or the stream has had enough.
    /// - Throws: ``DeliveryError`` when there is no answer, or it breaks off; within a second when the task is cancelled.
    public func stream(_ request: OutboundRequest, to stream: OutboundStream) async throws -> OutboundAnswer {
        try await send(request, stream: stream)
    }

    private func send(_ request: OutboundRequest, stream: OutboundStream?) async throws -> OutboundAnswer {
        guard thread != nil else {
            throw DeliveryError(.failed, "the operating system refuses to start a thread; the process or its user has too many")
        }
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedContinuation { continuation in
                queue.add(
                    RequestQueue.Entry(request: request, stream: stream, cancellation: cancellation) {
                        continuation.resume(returning: $0)
                    })
            }.get()
        } onCancel: {
            cancellation.cancel()
        }
    }

    private static func work(_ queue: RequestQueue) {
        blockPipeSignal()
        let handle = CurlHandle()
        while let entry = queue.next() {
            guard let handle else {
                entry.finish(.failure(DeliveryError(.failed, "libcurl can't start; the system may be out of memory")))
                continue
            }
            do throws(DeliveryError) {
                entry.finish(.success(try handle.perform(entry.request, entry.stream, entry.cancellation)))
            } catch {
                entry.finish(.failure(error))
            }
        }
    }

    // OpenSSL writes to sockets without care for the signal of a closed one, which would end the process. It is sent to the
    // thread that writes.
    private static func blockPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
#endif
