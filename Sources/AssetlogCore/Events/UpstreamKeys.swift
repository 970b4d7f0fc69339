/// The assets that an event's data was made from, as its details name them: `"upstream": [["a","b"], ["c"]]`.
public enum UpstreamKeys {
    /// The most assets that an event may name.
    public static let maximumCount = 1000

    /// The name of the member.
    public static let member = "upstream"

    /// Reads the keys from the details of an event; empty when it names none.
    public static func keys(in details: [UInt8]) -> [AssetKey] {
        // Few events name any, and a storage is read by the million: the member is looked for before anything is decoded.
        guard let json = DetailMembers.value(of: member, in: details) else { return [] }
        return CanonicalJSON.elements(ofArray: json)?.compactMap { AssetKey(json: String(decoding: $0, as: UTF8.self)) } ?? []
    }
}
