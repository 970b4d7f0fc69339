import AssetlogCore

nonisolated(unsafe) private let resolver = ParameterResolver()
nonisolated(unsafe) private let extended = ParameterResolver(extensions: true)
private let router = ReportRouter(deployments: ["prod"])
private let prefixed = ReportRouter(pathPrefix: "/dagster", deployments: ["prod"])

/// The input is a request target, a line feed, a content type (empty: none), a line feed, and the body.
///
/// Whatever it holds, a report is refused with a text or becomes an event whose columns are sound.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReport(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: start, count: count)
    let lines = input.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
    guard lines.count == 3 else { return 0 }
    let (target, contentType, body) = (
        UnsafeRawBufferPointer(rebasing: lines[0]), UnsafeRawBufferPointer(rebasing: lines[1]),
        UnsafeRawBufferPointer(rebasing: lines[2])
    )
    _ = prefixed.route(target)
    guard let route = router.route(target) else { return 0 }
    var request = ReportRequest(
        endpoint: route.endpoint, keyPath: UnsafeRawBufferPointer(rebasing: target[route.keyPath]),
        query: route.query.map { UnsafeRawBufferPointer(rebasing: target[$0]) },
        contentType: contentType.isEmpty ? nil : contentType, body: body)
    resolve(request, resolver)
    request.takesNotes = true
    resolve(request, extended)
    return 0
}

private func resolve(_ request: ReportRequest, _ resolver: ParameterResolver) {
    do throws(ParameterError) {
        try resolver.resolve(request, authorize: { key in !AssetKeyShape.parts(key).isEmpty }, check)
    } catch {
        precondition(error.status == 400 && !error.message.isEmpty, "refused without a text: \(error)")
    }
}

private func check(_ report: borrowing ResolvedReport) {
    let (key, details) = (report.assetKey, report.details)
    let parts = AssetKeyShape.parts(key)
    precondition(AssetKey(parts).canonical.utf8.elementsEqual(key), "the key is not canonical")
    precondition(parts.reduce(0) { $0 + $1.utf8.count } <= 2048, "the key is too long")
    if let partition = report.partition {
        precondition(String(validating: partition, as: UTF8.self) != nil, "the partition is not UTF-8")
        precondition(partition.count <= 2048 && !partition.contains(0), "the partition should have been refused")
    }
    precondition((try? JSONScanner.validate(details, depth: JSONScanner.maximumStoredDepth)) == .object, "the details are not an object")
}

private enum AssetKeyShape {
    static func parts(_ key: UnsafeRawBufferPointer) -> [String] {
        CanonicalJSON.strings(inArray: Array(key)) ?? []
    }
}
