#if Gzip
internal import CZlib

/// Decodes gzip data (RFC 1952), or deflate data, piece by piece, with limits.
///
/// Several gzip members one after the other are one piece of data. Zero bytes after the last member are padding, as for
/// gzip(1); anything else there is an error. Not safe to use from two threads at once.
public final class GzipDecoder {
    private enum Position {
        /// Before deflate data; its first byte, when it has come.
        case start(UInt8?)
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
    /// Whether more may come out of the input that was taken.
    private(set) var hasPendingOutput = false
    private let coding: ContentCoding
    private let limits: GzipLimits
    private let stream: InflateStream
    private var position: Position
    private var encodedCount = 0

    /// Makes a decoder.
    ///
    /// - Throws: ``GzipError`` with the code `outOfMemory`.
    public init(_ coding: ContentCoding = .gzip, limits: GzipLimits = GzipLimits()) throws(GzipError) {
        self.coding = coding
        self.limits = limits
        position = coding == .gzip ? .member : .start(nil)
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
        var rest = input[...]
        while try decodeStep(&rest, body: body) {}
    }

    /// Decodes so much of the input that at most 64 KiB come out, and gives them to a closure.
    ///
    /// - Parameter rest: What is left of the input; it is empty in the end.
    /// - Returns: Whether more may come out of the same input: then it is to be called again.
    /// - Throws: ``GzipError``; after that the decoder throws the same again.
    public func decodeStep(
        _ rest: inout Slice<UnsafeRawBufferPointer>, body: (UnsafeRawBufferPointer) -> Void
    ) throws(GzipError) -> Bool {
        guard !rest.isEmpty || hasPendingOutput else { return false }
        do {
            try step(&rest, body)
        } catch {
            (position, hasPendingOutput) = (.failed(error), false)
            throw error
        }
        return !rest.isEmpty || hasPendingOutput
    }

    /// Prepares for other data of the same coding, with the limits from the start.
    public func reset() {
        stream.reset()
        position = coding == .gzip ? .member : .start(nil)
        (decodedCount, encodedCount, hasPendingOutput) = (0, 0, false)
    }

    /// Says that the input is at its end.
    ///
    /// - Throws: ``GzipError`` with the code `truncated` if the data is not complete.
    public func finish() throws(GzipError) {
        switch position {
        case .end, .padding: return
        case .failed(let error): throw error
        case .start, .member, .magic:
            throw GzipError(
                .truncated, "The \(name) data is incomplete: it ends after \(encodedCount) bytes. Send it again, whole.")
        }
    }

    private var name: String { coding == .gzip ? "gzip" : "deflate" }

    private func step(
        _ rest: inout Slice<UnsafeRawBufferPointer>, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(GzipError) {
        switch position {
        case .failed(let error): throw error
        case .start(let first): try start(first, &rest, body)
        case .member: try inflate(&rest, body)
        case .end, .padding, .magic:
            guard let byte = rest.popFirst() else { return }
            encodedCount += 1
            try judge(byte)
        }
    }

    /// Finds out by its first two bytes whether deflate data has the wrapping of zlib (RFC 1950, section 2.2).
    private func start(
        _ first: UInt8?, _ rest: inout Slice<UnsafeRawBufferPointer>, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(GzipError) {
        guard let byte = rest.popFirst() else { return }
        guard let first else {
            encodedCount += 1
            position = .start(byte)
            return
        }
        let isWrapped = first & 0x8f == 0x08 && (Int(first) << 8 | Int(byte)) % 31 == 0
        stream.reset(isWrapped ? .zlib : .raw)
        // They are counted again as they are decoded.
        encodedCount -= 1
        position = .member
        try [first, byte].withUnsafeBufferPointer { bytes throws(GzipError) in
            var both = UnsafeRawBufferPointer(bytes)[...]
            while !both.isEmpty { try step(&both, body) }
        }
    }

    /// Checks a byte that is in no member.
    private func judge(_ byte: UInt8) throws(GzipError) {
        switch (position, byte) {
        case (.end, Self.magic[0]) where coding == .gzip: position = .magic
        case (.magic, Self.magic[1]):
            position = .member
            stream.reset()
            Self.magic.withUnsafeBytes { _ = stream.inflate($0[...], room: 0) { _ in } }
        case (.end, 0), (.padding, 0): position = .padding
        default:
            throw GzipError(
                .trailingGarbage,
                "Something that is no \(name) data follows the end of the \(name) data, before byte \(encodedCount).")
        }
    }

    private func inflate(
        _ rest: inout Slice<UnsafeRawBufferPointer>, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(GzipError) {
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
        hasPendingOutput = false

        if result.produced > allowed { throw tooLarge() }
        if case .failed(let reason) = result.end { throw failure(reason) }
        try checkRatio()
        if result.end == .memberEnded {
            position = .end
        } else {
            hasPendingOutput = result.produced == room
        }
    }

    private func checkRatio() throws(GzipError) {
        guard decodedCount > Self.ratioCountsFrom, decodedCount % Self.stepSize == 0 else { return }
        guard decodedCount / limits.maximumRatio > encodedCount else { return }
        throw GzipError(
            .suspiciousRatio,
            "The \(name) data decodes to more than \(limits.maximumRatio) times its size. Send it in smaller parts, or uncompressed."
        )
    }

    private func tooLarge() -> GzipError {
        GzipError(
            .tooLarge,
            "The \(name) data decodes to more than \(limits.maximumBytes) bytes, the limit. Send it in smaller parts.")
    }

    private func failure(_ reason: InflateStream.Failure) -> GzipError {
        switch reason {
        case .memory: GzipError(.outOfMemory, "There is no memory to decode the \(name) data. Send it again later.")
        case .data("incorrect header check"):
            GzipError(
                .corrupt, "The data is not gzip: it does not begin with the bytes 1f 8b. Is it compressed at all?")
        case .data(let text): GzipError(.corrupt, "The \(name) data is corrupt near byte \(encodedCount): \(text).")
        }
    }
}
#endif
