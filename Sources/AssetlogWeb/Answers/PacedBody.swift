import AssetlogCore
import HTTPTypes
import HummingbirdCore
import NIOCore

/// Writes an answer in chunks, each when the socket has taken enough of those before.
struct PacedBodyWriter: ResponseBodyWriter {
    let flow: AnswerFlow
    /// Counts what was handed over.
    var written: ByteCounter?
    var writer: any ResponseBodyWriter

    mutating func write(_ buffer: ByteBuffer) async throws {
        var rest = buffer
        while let chunk = rest.readSlice(length: min(rest.readableBytes, AnswerFlow.chunkBytes)), chunk.readableBytes > 0 {
            await flow.wait(untilUnsent: AnswerFlow.chunkBytes)
            flow.hand(over: chunk.readableBytes)
            written?.add(chunk.readableBytes)
            try await writer.write(chunk)
        }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await writer.finish(trailingHeaders)
    }
}

extension ResponseBody {
    /// The body as it is written at the pace at which its client reads.
    ///
    /// - Parameter written: Counts what was written of it.
    func paced(by flow: AnswerFlow, counting written: ByteCounter? = nil) -> ResponseBody {
        ResponseBody(contentLength: contentLength) { [self] writer in
            try await write(PacedBodyWriter(flow: flow, written: written, writer: writer))
        }
    }
}
