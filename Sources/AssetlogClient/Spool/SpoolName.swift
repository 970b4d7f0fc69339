import AssetlogCore

/// The name of a report's file: its position in the order, the key of the order, its identity.
struct SpoolName: Hashable, Comparable, CustomStringConvertible {
    /// Microseconds since 1970 when it was made, made to increase among the reports of one key.
    var order: Int64
    /// Reports of one key keep their order.
    var orderingKey: UInt64
    var id: EventID

    init(order: Int64, orderingKey: UInt64, id: EventID) {
        (self.order, self.orderingKey, self.id) = (order, orderingKey, id)
    }

    /// Nil for the name of anything else.
    init?(_ name: String) {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].hasSuffix(".report"), let order = Int64(parts[0]),
            let orderingKey = UInt64(parts[1], radix: 16), let id = EventID(String(parts[2].dropLast(".report".count)))
        else { return nil }
        self.init(order: order, orderingKey: orderingKey, id: id)
        guard description == name else { return nil }
    }

    var description: String {
        let digits = String(order)
        return "\(String(repeating: "0", count: max(0, 16 - digits.utf8.count)))\(digits)_\(Checksum.text(orderingKey))_\(id).report"
    }

    static func < (left: SpoolName, right: SpoolName) -> Bool {
        left.order == right.order ? left.id.description < right.id.description : left.order < right.order
    }
}
