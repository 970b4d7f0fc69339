import AssetlogCore

/// The text of a report's file: a line for each field, and a checksum of all lines before it.
enum SpoolFormat {
    /// Why a file can't be read as a report.
    struct Damage: Error, Hashable, CustomStringConvertible {
        var description: String
    }

    private static let head = "assetlog-report 2"
    // In the first form the body always held a time, that of the making where nobody chose one.
    private static let firstHead = "assetlog-report 1"

    static func bytes(of report: SealedReport) -> [UInt8] {
        var lines = [head, "id \(report.id)", "url \(report.url)"]
        if let deployment = report.deployment { lines.append("deployment \(deployment)") }
        lines += ["kind \(report.kind.name)", "made_at \(report.madeAt)", "asset_key \(report.assetKey.canonical)", "body "]
        // The body is canonical JSON, in which a line end is escaped.
        var bytes = Array(lines.joined(separator: "\n").utf8) + report.body
        bytes.append(0x0a)
        bytes += "end \(Checksum.text(Checksum.of(bytes)))\n".utf8
        return bytes
    }

    /// Reads a file.
    ///
    /// - Throws: ``Damage``.
    static func report(of bytes: [UInt8]) throws -> SealedReport {
        let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        guard lines.count >= 3, lines.last?.isEmpty == true else { throw Damage(description: "the file was cut off") }
        let isFirstForm = lines[0].elementsEqual(firstHead.utf8)
        guard isFirstForm || lines[0].elementsEqual(head.utf8) else {
            throw Damage(description: "the file is not a report that this release can read")
        }
        let end = lines[lines.count - 2]
        let expected = "end \(Checksum.text(Checksum.of(bytes[..<end.startIndex])))"
        guard end.elementsEqual(expected.utf8) else { throw Damage(description: "the file's checksum is wrong") }
        var report = try report(ofLines: lines[1..<lines.count - 2])
        if isFirstForm { report.body = body(ofFirstForm: report) }
        return report
    }

    private static func report(ofLines lines: ArraySlice<ArraySlice<UInt8>>) throws -> SealedReport {
        var fields: [String: ArraySlice<UInt8>] = [:]
        for line in lines {
            guard let blank = line.firstIndex(of: 0x20) else { throw Damage(description: "a line has no value") }
            fields[String(decoding: line[..<blank], as: UTF8.self)] = line[(blank + 1)...]
        }
        func text(_ name: String) -> String? { fields[name].map { String(decoding: $0, as: UTF8.self) } }
        guard let id = text("id").flatMap({ EventID($0) }), let url = try text("url").map({ try ServerURL($0) }),
            let kind = text("kind").flatMap({ EventKind(name: $0) }), let madeAt = text("made_at").flatMap({ Timestamp($0) }),
            let key = text("asset_key").flatMap({ AssetKey(json: $0) }), let body = fields["body"]
        else { throw Damage(description: "a field is missing or malformed") }
        return SealedReport(
            id: id, url: url, deployment: text("deployment"), kind: kind, assetKey: key, madeAt: madeAt, body: Array(body))
    }

    private static func body(ofFirstForm report: SealedReport) -> [UInt8] {
        guard let members = CanonicalJSON.members(ofObject: report.body) else { return report.body }
        let madeAt = Array("\"\(report.madeAt)\"".utf8)
        return CanonicalJSON.object(
            members.filter { name, value in
                switch name {
                case "timestamp": value != madeAt
                case "description", "data_version": report.kind != .check
                default: true
                }
            })
    }
}

extension CanonicalJSON {
    /// Writes an object whose members keep their order; their values are JSON already.
    static func object(_ members: [(name: String, value: [UInt8])]) -> [UInt8] {
        var output: [UInt8] = [UInt8(ascii: "{")]
        for (name, value) in members {
            if output.count > 1 { output.append(UInt8(ascii: ",")) }
            appendString(name.utf8, to: &output)
            output.append(UInt8(ascii: ":"))
            output += value
        }
        output.append(UInt8(ascii: "}"))
        return output
    }
}
