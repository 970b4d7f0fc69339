import ArgumentParser
import AssetlogClient
import AssetlogCore
import AssetlogObservation

/// `assetlog asset`
struct AssetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "asset", abstract: "Ask a server about its assets: states, partitions, checks; void events, wipe assets.",
        subcommands: [
            AssetListCommand.self, AssetShowCommand.self, AssetPartitionsCommand.self, AssetChecksCommand.self, AssetVoidCommand.self,
            AssetWipeCommand.self,
        ])
}

/// Prints what a server lists: a table, or a line of JSON for each element as it came.
struct Listing<Value: Sendable & Decodable> {
    private var table: TextTable
    private let isJSON: Bool
    private let cells: (Value) -> [String]
    private(set) var count = 0

    init(_ titles: [String], json isJSON: Bool, cells: @escaping (Value) -> [String]) {
        table = TextTable(titles)
        (self.isJSON, self.cells) = (isJSON, cells)
    }

    /// Takes the next element. JSON is printed at once, so that a long list needs no memory.
    mutating func take(_ element: ServerAnswer<Value>, _ context: CommandContext) {
        count += 1
        guard isJSON else { return table.append(cells(element.value)) }
        context.write(String(decoding: element.json, as: UTF8.self) + "\n")
    }

    /// Prints the table, or a sentence when there is nothing in it.
    func finish(_ context: CommandContext, nothing: String) {
        guard !isJSON else { return }
        context.write(count == 0 ? "\(nothing)\n" : table.text)
    }
}

/// Values of answers as cells of a table.
enum Cell {
    static func key(_ parts: [String]) -> String {
        // A key that is no plain path is shown in the form that can be given back.
        let isPath = parts.allSatisfy { !$0.isEmpty && !$0.contains("/") } && parts.first?.hasPrefix("[") != true
        return LineText.plain(isPath ? parts.joined(separator: "/") : AssetKey(parts).canonical)
    }

    static func time(_ time: Timestamp?) -> String { time?.description ?? "-" }
    static func text(_ text: String?) -> String { text.map(LineText.plain) ?? "-" }

    /// `365: 360 ok, 3 failed, 2 missing`
    static func states(_ counts: [String: Int]) -> String {
        let total = counts["total"] ?? 0
        guard total > 0 else { return "-" }
        let order = ["ok", "failed", "check_failed", "running", "warned", "missing"]
        let states = order.compactMap { word in counts[word].flatMap { $0 > 0 ? "\($0) \(word)" : nil } }
        return "\(total): \(states.joined(separator: ", "))"
    }

    static func checks(_ counts: CheckCounts) -> String {
        guard counts.total > 0 else { return "-" }
        let bad = [(counts.failed, "failed"), (counts.warned, "warned")].filter { $0.0 > 0 }.map { "\($0) \($1)" }
        return bad.isEmpty ? "\(counts.total) passed" : "\(counts.total): \(bad.joined(separator: ", "))"
    }
}
