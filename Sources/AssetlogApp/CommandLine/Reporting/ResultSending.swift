import ArgumentParser
import AssetlogClient
import AssetlogCore
import AssetlogDelivery
import AssetlogObservation
import AssetlogResults

/// Where the results of a file are sent, and what is printed.
struct ResultSendingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Parts that come before every asset key of the files, such as warehouse/core.", valueName: "key"))
    var keyPrefix: String?

    @Flag(help: "Print the events as JSON, one per line, and send nothing.")
    var dryRun = false

    @Flag(help: "Print what became of them as JSON.")
    var json = false

    @Option(
        help: ArgumentHelp("The server, with its path prefix. (default: ASSETLOG_URL, or http://localhost:3000)", valueName: "url"))
    var to: String?

    @OptionGroup var access: ServerAccessOptions

    @Option(help: ArgumentHelp("How long to try: a number with ms, s, m or h.", valueName: "span"))
    var timeout = "30s"

    func validate() throws {
        _ = try prefix()
        if let to { try ServerAddress.check(to, "--to") }
        guard ReportTargetOptions.duration(timeout) != nil else {
            throw ValidationError(
                "--timeout must be a number with ms, s, m or h, such as 30s, of at most 7d, not \(LineText.quoted(timeout)).")
        }
    }

    /// The parts of the prefix; none without one.
    func prefix() throws -> [String] {
        guard let keyPrefix else { return [] }
        guard !keyPrefix.isEmpty else { throw ValidationError("--key-prefix is empty. Was a variable not set?") }
        return try ReportContentOptions.parts([keyPrefix])
    }

    /// Sends what was read, and prints what became of it; or prints what would be sent.
    ///
    /// - Parameter toErrors: Whether it is printed to standard error: the output is that of another command.
    /// - Throws: ``CommandFailure`` when something was refused; `ClientError`.
    func send(_ reading: ResultReading, toErrors: Bool = false, in context: CommandContext) async throws {
        for sentence in reading.unmapped where !json { context.say(LineText.plain(sentence)) }
        guard !dryRun else {
            return reading.items.forEach { context.write("\(String(decoding: $0.json, as: UTF8.self))\n") }
        }
        var receipt = BatchReceipt()
        if !reading.items.isEmpty { receipt = try await client(in: context).report(reading.items) }
        let results = ResultReceipt(receipt: receipt, reading: reading)
        if toErrors {
            context.say(json ? results.json : results.sentence)
        } else {
            context.write(json ? "\(results.json)\n" : "\(results.sentence).\n")
        }
        guard receipt.refusals.isEmpty else { throw results.failure }
    }

    private func client(in context: CommandContext) throws -> AssetlogClient {
        var options = AssetlogClient.Options()
        options.retry.patience = ReportTargetOptions.duration(timeout) ?? .seconds(30)
        options.caFile = access.caFile(in: context)
        return try AssetlogClient(
            url: try ServerAddress.url(to, in: context), token: access.token(in: context).get(), deployment: access.deployment,
            options: options)
    }
}

/// What became of the results of a file, for people and for programs. Pure.
struct ResultReceipt {
    let receipt: BatchReceipt
    let reading: ResultReading

    /// `12 recorded, 3 duplicate, 0 refused, 1 unmapped.`
    var sentence: String {
        "\(receipt.recorded) recorded, \(receipt.duplicate) duplicate, \(receipt.refusals.count) refused, \(reading.unmapped.count) unmapped"
    }

    /// The same as a JSON object, with the refusals and what is unmapped.
    var json: String {
        var json = Array("{\"received\":\(receipt.received),\"recorded\":\(receipt.recorded),\"duplicate\":\(receipt.duplicate),".utf8)
        json += "\"refused\":[".utf8
        for (index, refusal) in receipt.refusals.enumerated() {
            json += "\(index > 0 ? "," : ""){\"index\":\(refusal.index),\"asset_key\":\(key(refusal.index)),".utf8
            json += "\"status\":\(refusal.status),\"detail\":".utf8
            CanonicalJSON.appendString(refusal.detail.utf8, to: &json)
            json += "}".utf8
        }
        json += "],\"unmapped\":\(CanonicalJSON.array(of: reading.unmapped))}".utf8
        return String(decoding: json, as: UTF8.self)
    }

    /// Why the command has failed.
    var failure: CommandFailure {
        let lines = receipt.refusals.prefix(5).map { "\(key($0.index)): \($0.status) \(LineText.plain($0.detail))" }
        let rest = receipt.refusals.count > 5 ? "\nand \(receipt.refusals.count - 5) more" : ""
        return CommandFailure(
            .failure, "the server refuses \(receipt.refusals.count) of the events:\n\(lines.joined(separator: "\n"))\(rest)")
    }

    private func key(_ index: Int) -> String {
        reading.items.indices.contains(index) ? reading.items[index].assetKey.canonical : "[]"
    }
}
