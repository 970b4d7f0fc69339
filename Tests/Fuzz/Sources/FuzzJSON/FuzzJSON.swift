import AssetlogCore

/// Any bytes are either refused with a message, or have a canonical form that is JSON and its own canonical form.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    check(bytes, .strict)
    check(bytes, .lenient)
    readEvent(Array(bytes))
    return 0
}

private func check(_ bytes: UnsafeRawBufferPointer, _ mode: JSONScanner.Mode) {
    do throws(JSONError) {
        let canonical = try CanonicalJSON.canonical(of: bytes, mode: mode)
        // What is in canonical form is strict JSON, whatever it was made of.
        let again = canonical.withUnsafeBytes { try? CanonicalJSON.canonical(of: $0) }
        precondition(again == canonical, "the canonical form is not its own canonical form")
        for sorted in [false, true] {
            guard let metadata = try CanonicalJSON.metadata(of: bytes, sorted: sorted, mode: mode) else { continue }
            let kind = metadata.withUnsafeBytes { try? JSONScanner.validate($0) }
            // Two levels more than the input may be one more than the limit.
            precondition(kind == .object || bytes.count > JSONScanner.maximumDepth, "metadata is not an object")
        }
    } catch {
        precondition(!error.message.isEmpty && error.offset <= bytes.count, "an error without text or offset")
    }
    if let strings = CanonicalJSON.strings(inArray: Array(bytes)), !strings.isEmpty {
        precondition(AssetKey(strings).parts == strings, "an asset key lost a part")
    }
}

// Details may come from a damaged file; what is shown of them must be JSON all the same.
private func readEvent(_ details: [UInt8]) {
    let now = Timestamp(microseconds: 0)
    let event = Event(
        id: EventID(high: 0, low: 0), kind: .check, assetKey: AssetKey(["a"]), timestamp: now, receivedAt: now,
        details: details)
    var output: [UInt8] = []
    EventJSON.append(LoggedEvent(sequence: 1, event: event), to: &output)
    let kind = output.withUnsafeBytes { try? JSONScanner.validate($0) }
    precondition(kind == .object || details.count > JSONScanner.maximumDepth, "an event is not an object")
}
