import AssetlogGzip

/// Any bytes decode to the same output and the same end in whichever pieces they come, and never to more than the limit.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzGzip(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    // The ratio is looked at between steps of output, where zlib may be a few bytes further or less far in the input.
    let limits = GzipLimits(maximumBytes: 100_000, maximumRatio: .max)
    let whole = decode(bytes, pieceSize: max(1, count), limits)
    for pieceSize in [1, 3, 100] where count > 1 {
        let pieces = decode(bytes, pieceSize: pieceSize, limits)
        precondition(pieces == whole, "pieces of \(pieceSize) decode to something else")
    }
    _ = decode(bytes, pieceSize: max(1, count), GzipLimits(maximumBytes: 4 << 20, maximumRatio: 10))
    roundTrip(bytes)
    readHeader(bytes)
    return 0
}

private struct Outcome: Equatable {
    var output: [UInt8] = []
    var error: GzipError.Code?
}

private func decode(_ bytes: UnsafeRawBufferPointer, pieceSize: Int, _ limits: GzipLimits) -> Outcome {
    var outcome = Outcome()
    do throws(GzipError) {
        let decoder = try GzipDecoder(limits: limits)
        var rest = bytes[...]
        while !rest.isEmpty {
            try decoder.decode(UnsafeRawBufferPointer(rebasing: rest.prefix(pieceSize)), into: &outcome.output)
            rest = rest.dropFirst(pieceSize)
        }
        try decoder.finish()
    } catch {
        outcome.error = error.code
        precondition(!error.message.isEmpty, "an error without text")
    }
    precondition(outcome.output.count <= limits.maximumBytes, "more output than the limit")
    if limits.maximumRatio < .max {
        let allowed = max(1 << 20, bytes.count.multipliedReportingOverflow(by: limits.maximumRatio).partialValue)
        precondition(
            outcome.output.count <= allowed + 65_536 + limits.maximumRatio, "more output than the ratio allows")
    }
    return outcome
}

private func roundTrip(_ bytes: UnsafeRawBufferPointer) {
    guard let compressor = try? GzipCompressor(level: 1) else { return }
    var compressed: [UInt8] = []
    compressor.compress(bytes, into: &compressed)
    compressor.finish(into: &compressed)
    let limits = GzipLimits(maximumBytes: bytes.count, maximumRatio: .max)
    let decoded = compressed.withUnsafeBytes { decode($0, pieceSize: 1_000, limits) }
    precondition(decoded.error == nil && decoded.output.elementsEqual(bytes), "what was compressed does not come back")
}

private func readHeader(_ bytes: UnsafeRawBufferPointer) {
    let header = String(decoding: bytes, as: UTF8.self)
    if let codings = try? ContentCoding.parse(header) {
        precondition(codings.count <= ContentCoding.maximumLayers, "too many layers")
    }
}
