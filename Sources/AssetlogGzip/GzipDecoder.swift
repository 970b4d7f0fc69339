#if Gzip
internal import CZlib

/// Decodes gzip data (RFC 1952) piece by piece, with limits.
///
/// Several members one after the other are one piece of data. Zero bytes after the last member are padding, as for gzip(1);
/// anything else there is an error. Not safe to use from two threads at once.
public final class GzipDecoder {
    private enum Position {
        /// In a member; the first one may not have begun yet.
        case member
        /// Behind a member.
        case end
        /// Behind a member and the first byte of another.
        case magic
        case padding
        case failed(GzipError)
    }

    /// Output is produced in steps of this size, and the ratio is looked at between two of them: so it hardly matters in
    /// which pieces the input came.
    private static let stepSize = 65_536
    private static let ratioCountsFrom = 1 << 20
    private static let magic: [UInt8] = [0x1F, 0x8B]

    /// The number of decoded bytes that were delivered.
    public private(set) var decodedCount = 0
    private let limits: GzipLimits
    private let stream: InflateStream
    private var position = Position.member
    private var encodedCount = 0

    /// Makes a decoder.
    ///
    /// - Throws: ``GzipError`` with the code `outOfMemory`.
    public init(limits: GzipLimits = GzipLimits()) throws(GzipError) {
        self.limits = limits
        stream = try InflateStream(stepSize: Self.stepSize)
    }

    /// Decodes the next piece, and appends what comes out.
    ///
    /// - Throws: ``GzipError``; after that the decoder throws the same again.
    public func decode(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) throws(GzipError) {
        try decode(input) { output.append(contentsOf: $0) }
    }

    /// Decodes the next piece, and gives what comes out to a closure, in pieces of at most 64 KiB that live as long as the call.
    ///
    /// - Throws: ``GzipError``; after that the decoder throws the same again.
    public func decode(
        _ input: UnsafeRawBufferPointer, body: (UnsafeRawBufferPointer) -> Void
    ) throws(GzipError) {
        do {
            var rest = input[...]
            while !rest.isEmpty { try step(&rest, body) }
        } catch {
            position = .failed(error)
            throw error
        }
    }

    /// Says that the input is at its end.
    ///
    /// - Throws: ``GzipError`` with the code `truncated` if the data is not complete.
    public func finish() throws(GzipError) {
        switch position {
        case .end, .padding: return
        case .failed(let error): throw error
        case .member, .magic:
            throw GzipError(
                .truncated, "The gzip data is incomplete: it ends after \(encodedCount) bytes. Send it again completely.")
        }
    }

    private func step(
        _ rest: inout Slice<UnsafeRawBufferPointer>, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(GzipError) {
        switch position {
        case .failed(let error): throw error
        case .member:
            try inflate(&rest, body)
        case .end, .padding, .magic:
            guard let byte = rest.popFirst() else { return }
            encodedCount += 1
            try judge(byte)
        }
    }

    /// Judges a byte that is in no member.
    private func judge(_ byte: UInt8) throws(GzipError) {
        switch (position, byte) {
        case (.end, Self.magic[0]): position = .magic
        case (.magic, Self.magic[1]):
            position = .member
            stream.reset()
            Self.magic.withUnsafeBytes { _ = stream.inflate($0[...], room: 0) { _ in } }
        case (.end, 0), (.padding, 0): position = .padding
        default:
            throw GzipError(
                .trailingGarbage,
                "The gzip data is followed by something else, before byte \(encodedCount).")
        }
    }

    private func inflate(
        _ rest: inout Slice<UnsafeRawBufferPointer>, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(GzipError) {
        while true {
            let allowed = limits.maximumBytes - decodedCount
            // One byte more than allowed tells "just at the limit" from "beyond it".
            let room = min(Self.stepSize - decodedCount % Self.stepSize, allowed == .max ? allowed : allowed + 1)
            let result = stream.inflate(rest, room: room) { produced in
                let delivered = UnsafeRawBufferPointer(rebasing: produced.prefix(allowed))
                if delivered.count > 0 { body(delivered) }
            }
            encodedCount += result.consumed
            decodedCount += min(result.produced, allowed)
            rest = rest.dropFirst(result.consumed)

            if result.produced > allowed { throw tooLarge() }
            if case .failed(let reason) = result.end { throw failure(reason) }
            try checkRatio()
            if result.end == .memberEnded {
                position = .end
                return
            }
            if result.produced < room { return }
        }
    }

    private func checkRatio() throws(GzipError) {
        guard decodedCount > Self.ratioCountsFrom, decodedCount % Self.stepSize == 0 else { return }
        guard decodedCount / limits.maximumRatio > encodedCount else { return }
        throw GzipError(
            .suspiciousRatio,
            "The gzip data decodes to more than \(limits.maximumRatio) times its size. Send it in smaller parts, or uncompressed."
        )
    }

    private func tooLarge() -> GzipError {
        GzipError(
            .tooLarge,
            "The gzip data decodes to more than \(limits.maximumBytes) bytes, the limit. Send it in smaller parts.")
    }

    private func failure(_ reason: InflateStream.Failure) -> GzipError {
        switch reason {
        case .memory: GzipError(.outOfMemory, "There is no memory to decode the gzip data. Send it again later.")
        case .data("incorrect header check"):
            GzipError(
                .corrupt, "The data is not gzip: it does not begin with the bytes 1f 8b. Is it compressed at all?")
        case .data(let text): GzipError(.corrupt, "The gzip data is corrupt near byte \(encodedCount): \(text).")
        }
    }
}
#endif
