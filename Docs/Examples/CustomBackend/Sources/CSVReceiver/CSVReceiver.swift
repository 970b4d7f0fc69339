import AssetlogCore
import AssetlogCrypto

/// Reads lines such as `orders,2026-11-22,1200`: an asset, a day, and how many rows were loaded for it.
struct CSVReceiver: Receiver {
    /// The first part of the asset keys; nil: the asset is the only one.
    let prefix: String?

    func read(_ element: ReceivedElement, found: [EventID: Event]) -> ReceivedReading {
        guard let line = String(validating: element.body, as: UTF8.self) else { return .refused("The line is not UTF-8.") }
        // The names of the columns say nothing about an asset.
        guard line != "asset,day,rows" else { return ReceivedReading() }
        let columns = line.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
        guard columns.count == 3, !columns[0].isEmpty, let rows = Int64(columns[2]), let id = id(of: columns[0], on: columns[1]) else {
            return .refused("The line must be asset,day,rows, such as orders,2026-11-22,1200.")
        }
        var item = EventItem(.materialization, of: AssetKey((prefix.map { [$0] } ?? []) + [columns[0]]), eventID: id)
        item.partition = columns[1]
        item.metadata = [("rows", .integer(rows))]
        return ReceivedReading(items: [item])
    }

    // What the line is about, not what it says of it: a report that is sent twice is recorded once.
    private func id(of asset: String, on day: String) -> EventID? {
        let uuid = try? NameUUID.version5(Array("\(asset),\(day)".utf8), in: Self.namespace)
        return uuid.flatMap { EventID(bytes: $0) }
    }

    /// Made for this receiver, by `uuidgen`.
    private static let namespace = EventID(high: 0xa1f4_6c0e_5b7d_4e1b, low: 0x9c55_0d6f_3e2a_7b18).bytes
}
