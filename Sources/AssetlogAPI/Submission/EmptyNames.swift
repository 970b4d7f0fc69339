import AssetlogCore

/// Finds names in an event that are empty, as a variable that is not set leaves them.
///
/// They are recorded, as Dagster records them; who asks for a dry run is warned.
enum EmptyNames {
    /// A sentence about each.
    static func warnings(about event: Event) -> [String] {
        let checks: [(isEmpty: Bool, sentence: String)] = [
            (
                event.assetKey.parts.contains(""),
                "The asset key \(event.assetKey) has an empty part. Was a variable not set?"
            ),
            (event.partition == "", "The partition is empty; without one the event is about the whole asset."),
            (isEmpty("check_name", in: event), "The name of the check is empty."),
            (isEmpty("data_version", in: event), "The data version is empty; omit it."),
            (hasEmptyLabel(event), "A label of the metadata is empty."),
        ]
        return checks.filter(\.isEmpty).map(\.sentence)
    }

    private static func isEmpty(_ name: String, in event: Event) -> Bool {
        DetailMembers.value(of: name, in: event.details).map { $0.elementsEqual(#""""#.utf8) } ?? false
    }

    private static func hasEmptyLabel(_ event: Event) -> Bool {
        guard let metadata = DetailMembers.value(of: "metadata", in: event.details) else { return false }
        return DetailMembers.value(of: "", in: Array(metadata)) != nil
    }
}
