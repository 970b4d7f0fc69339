#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where a report goes: the parts of its request target, as ranges of the target's bytes, nothing decoded.
public struct ReportRoute: Hashable, Sendable {
    /// The endpoint.
    public var endpoint: ReportEndpoint
    /// The name of the deployment that the report belongs to.
    public var deployment: String
    /// The path after the endpoint's name and its slash; empty when there is none.
    public var keyPath: Range<Int>
    /// The query after `?`; nil when there is no `?`.
    public var query: Range<Int>?

    /// Makes a route.
    public init(endpoint: ReportEndpoint, deployment: String, keyPath: Range<Int>, query: Range<Int>?) {
        self.endpoint = endpoint
        self.deployment = deployment
        self.keyPath = keyPath
        self.query = query
    }
}

/// Finds the endpoint that a request target names: `/report_asset_check/warehouse/orders?check_name=rows`.
///
/// The percent-decoded path is what counts, so `/%72eport_asset_check/orders` is the same route. Names are
/// case-sensitive, dots and repeated slashes are not normalised. In the path prefix and the name of a deployment `%2F` is a
/// part of a name, as it is for all other routes; behind the endpoint's name it is a slash, as in Dagster.
public struct ReportRouter: Sendable {
    private struct Deployment: Sendable {
        var name: String
        // What the path begins with: the path prefix and the deployment's segment.
        var start: [UInt8]
    }

    private let prefix: [UInt8]
    private let deployments: [Deployment]
    private let createsDeployments: Bool

    /// The deployment of reports whose path names none.
    public static let defaultDeployment = "default"

    /// Makes a router of the routes under `pathPrefix`, and under `pathPrefix/DEPLOYMENT` for each of `deployments`.
    ///
    /// - Parameters:
    ///   - pathPrefix: The path under which every route lies.
    ///   - deployments: The declared deployments.
    ///   - createsDeployments: Whether any other valid name may stand in their place.
    public init(pathPrefix: String = "", deployments: [String] = [], createsDeployments: Bool = false) {
        let trimmed = pathPrefix.split(separator: "/").joined(separator: "/")
        let prefix = trimmed.isEmpty ? "" : "/\(trimmed)"
        self.prefix = Array(prefix.utf8)
        self.createsDeployments = createsDeployments
        self.deployments =
            [Deployment(name: Self.defaultDeployment, start: Array(prefix.utf8))]
            + deployments.map { Deployment(name: $0, start: Array("\(prefix)/\($0)".utf8)) }
    }

    /// Makes a router of the routes of a server.
    package init(_ paths: PathScheme) {
        self.init(
            pathPrefix: paths.prefix, deployments: paths.deployments, createsDeployments: paths.createsDeployments)
    }

    /// Finds the route of a request target, in origin form or absolute form; nil when it is not a report's.
    public func route(_ target: UnsafeRawBufferPointer) -> ReportRoute? {
        guard let path = TargetPath(target) else { return nil }
        for deployment in deployments {
            guard let afterPrefix = path.match(deployment.start, at: path.start),
                let afterName = path.match("/report_asset_", at: afterPrefix)
            else { continue }
            return route(path, afterName, deployment.name)
        }
        return createsDeployments ? route(path, where: DeploymentName.isValid) : nil
    }

    /// Finds the route that a target would have if the deployment that it names were declared; nil: it has not the form of one.
    ///
    /// Who may not know which deployments there are gets the same answer below the name of any.
    package func undeclaredRoute(_ target: UnsafeRawBufferPointer) -> ReportRoute? {
        TargetPath(target).flatMap { route($0, where: { _ in true }) }
    }

    private func route(_ path: TargetPath, where isDeployment: (String) -> Bool) -> ReportRoute? {
        guard let afterPrefix = path.match(prefix, at: path.start), let (name, afterSegment) = path.segment(at: afterPrefix),
            isDeployment(name), let afterName = path.match("/report_asset_", at: afterSegment)
        else { return nil }
        return route(path, afterName, name)
    }

    private func route(_ path: TargetPath, _ afterName: Int, _ deployment: String) -> ReportRoute? {
        guard let (endpoint, afterEndpoint) = path.endpoint(at: afterName), let keyPath = path.key(from: afterEndpoint)
        else { return nil }
        return ReportRoute(endpoint: endpoint, deployment: deployment, keyPath: keyPath, query: path.query)
    }
}

/// The path of a request target, compared as if it were decoded.
private struct TargetPath {
    /// Where the path starts: after `http://host` in absolute form.
    let start: Int
    let query: Range<Int>?
    private let bytes: UnsafePointer<UInt8>
    private let end: Int

    /// - Returns: Nil for a target that has no path.
    init?(_ target: UnsafeRawBufferPointer) {
        guard let base = target.baseAddress else { return nil }
        func find(_ character: Unicode.Scalar, in count: Int) -> Int? {
            memchr(base, Int32(character.value), count).map { UnsafeRawPointer($0) - base }
        }
        let end = find("#", in: target.count) ?? target.count
        let mark = find("?", in: end)
        query = mark.map { $0 + 1..<end }
        bytes = base.assumingMemoryBound(to: UInt8.self)
        self.end = mark ?? end
        guard let start = Self.start(of: bytes, self.end) else { return nil }
        self.start = start
    }

    private static func start(of bytes: UnsafePointer<UInt8>, _ end: Int) -> Int? {
        if end > 0, bytes[0] == UInt8(ascii: "/") { return 0 }
        var index = 0
        while index + 3 <= end, bytes[index] != UInt8(ascii: ":") { index += 1 }
        guard index > 0, index + 3 <= end, bytes[index + 1] == UInt8(ascii: "/"), bytes[index + 2] == UInt8(ascii: "/")
        else { return nil }
        index += 3
        while index < end, bytes[index] != UInt8(ascii: "/") { index += 1 }
        return index < end ? index : nil
    }

    /// The position after `text`, when the path continues with it at `position`. A slash that is percent-encoded does not
    /// separate.
    func match(_ text: [UInt8], at position: Int) -> Int? {
        text.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress else { return position }
            return match(base, text.count, at: position)
        }
    }

    func match(_ text: StaticString, at position: Int) -> Int? {
        match(text.utf8Start, text.utf8CodeUnitCount, at: position)
    }

    private func match(_ text: UnsafePointer<UInt8>, _ count: Int, at position: Int) -> Int? {
        if end - position >= count, memcmp(bytes + position, text, count) == 0 { return position + count }
        var index = position
        for offset in 0..<count {
            guard index < end else { return nil }
            let (byte, length) = decoded(at: index)
            guard byte == text[offset], length == 1 || byte != UInt8(ascii: "/") else { return nil }
            index += length
        }
        return index
    }

    /// The decoded segment after the slash at `position`, and the position after it; nil when it is too long for a name.
    func segment(at position: Int) -> (String, Int)? {
        guard position < end, bytes[position] == UInt8(ascii: "/") else { return nil }
        var index = position + 1
        var bytes: [UInt8] = []
        while index < end, bytes.count <= 128 {
            let (byte, length) = decoded(at: index)
            if byte == UInt8(ascii: "/"), length == 1 { return (String(decoding: bytes, as: UTF8.self), index) }
            bytes.append(byte)
            index += length
        }
        return nil
    }

    /// The endpoint whose name continues at `position`, and the position after it.
    func endpoint(at position: Int) -> (ReportEndpoint, Int)? {
        if let end = match("materialization", at: position) { return (.materialization, end) }
        if let end = match("check", at: position) { return (.check, end) }
        if let end = match("observation", at: position) { return (.observation, end) }
        return nil
    }

    /// The range of the key behind the endpoint's name at `position`: after a slash, or empty at the end.
    ///
    /// As in Dagster, a line feed at the very end is dropped, and anywhere else there is no such route.
    func key(from position: Int) -> Range<Int>? {
        guard position < end else { return end..<end }
        let (byte, length) = decoded(at: position)
        guard byte == UInt8(ascii: "/") else { return nil }
        var index = position + length
        let start = index
        guard memchr(bytes + start, Int32(UInt8(ascii: "%")), end - start) != nil else { return start..<end }
        while index < end {
            let (byte, length) = decoded(at: index)
            if byte == 0x0a { return index + length == end ? start..<index : nil }
            index += length
        }
        return start..<end
    }

    @inline(__always)
    private func decoded(at index: Int) -> (byte: UInt8, length: Int) {
        guard bytes[index] == UInt8(ascii: "%"), index + 2 < end, let high = bytes[index + 1].hexadecimalValue,
            let low = bytes[index + 2].hexadecimalValue
        else { return (bytes[index], 1) }
        return (high << 4 | low, 3)
    }
}
