import AssetlogCore

nonisolated(unsafe) private let resolver = EventResolver(limits: EventLimits(maximumPartitions: 200))
private let now = Timestamp(microseconds: 1_795_521_600_000_000)

/// The input is an item.
///
/// Whatever it holds, it is refused with a sentence and a location, or becomes events whose columns are sound, the same
/// ones whenever it comes, and the same ones when they are given back as they are read.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSubmission(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let first = events(UnsafeRawBufferPointer(start: start, count: count))
    guard let first else { return 0 }
    precondition(events(UnsafeRawBufferPointer(start: start, count: count)) == first, "a retry is another event")
    for event in first {
        check(event)
        if isExact(event.details) { checkRoundTrip(event) }
    }
    return 0
}

private func events(_ item: UnsafeRawBufferPointer) -> [Event]? {
    do throws(SubmissionError) {
        return try resolver.resolve(
            item, deployment: "default", receivedAt: now,
            authorize: { !AssetKey(canonical: String(decoding: $1, as: UTF8.self)).parts.isEmpty }
        ) { events in
            (0..<events.count).map { index in
                events.columns(at: index, id: events.id(at: index) ?? EventID(high: 1, low: 1)).event
            }
        }
    } catch {
        precondition(error.status == 400 || error.status == 413, "refused with \(error.status)")
        precondition(!error.detail.isEmpty && error.detail.utf8.count < 2000, "refused without a sentence: \(error)")
        precondition(error.pointer.isEmpty || error.pointer.hasPrefix("/"), "no pointer: \(error.pointer)")
        return nil
    }
}

private func check(_ event: Event) {
    let parts = event.assetKey.parts
    precondition(!parts.isEmpty && AssetKey(parts) == event.assetKey, "the key is not canonical")
    precondition(parts.reduce(0) { $0 + $1.utf8.count } <= 2048, "the key is too long")
    if let partition = event.partition {
        precondition(partition.utf8.count <= 2048 && !partition.utf8.contains(0), "the partition should have been refused")
    }
    let kind = event.details.withUnsafeBytes {
        try? JSONScanner.validate($0, depth: JSONScanner.maximumStoredDepth)
    }
    precondition(kind == .object, "the details are not an object")
}

// Numbers that JSON does not have come back as texts, which are other values where their type does not tell.
private func isExact(_ details: [UInt8]) -> Bool {
    let text = String(decoding: details, as: UTF8.self)
    return !text.contains("NaN") && !text.contains("Infinity")
}

private func checkRoundTrip(_ event: Event) {
    var json: [UInt8] = []
    EventJSON.append(LoggedEvent(sequence: 1, event: event), to: &json)
    let text = String(decoding: json, as: UTF8.self)
    guard let end = text.ranges(of: #","received_at":""#).last else { preconditionFailure("an event without its times") }
    let written = "{" + text[..<end.lowerBound].dropFirst(#"{"sequence":1,"#.count) + "}"
    let again = Array(written.utf8).withUnsafeBytes { events($0) }
    precondition(again == [event], "given back it is another event: \(written)")
}
