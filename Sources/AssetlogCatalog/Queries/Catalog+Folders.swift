#if Catalog
package import AssetlogCore

extension Catalog {
    package func folders(below prefix: AssetKey?, in scope: CatalogScope) async throws -> CatalogAnswer<AssetFolders> {
        try await answer { snapshot, expires in
            let depth = prefix?.parts.count ?? 0
            var found: [ByteText: AssetFolders.Folder] = [:]
            var (isCut, expiry) = (false, expires)
            try AssetSelection(AssetListQuery(scope: scope, prefix: prefix)).forEach(snapshot) { head in
                let parts = AssetKey(canonical: head.key.text).parts
                guard parts.count > depth else { return }
                let part = ByteText(parts[depth])
                guard found[part] != nil || found.count < CatalogLimits.folders else { return isCut = true }
                var folder = found[part] ?? .init(part: parts[depth], hasChildren: false, counts: StateCounts())
                folder.hasChildren = folder.hasChildren || parts.count > depth + 1
                folder.counts[head.standing.state(at: snapshot.clock)] += 1
                expiry.formEarlier(head.standing.expiry(at: snapshot.clock))
                found[part] = folder
            }
            expires = expiry
            return AssetFolders(folders: found.sorted { $0.key < $1.key }.map(\.value), isCut: isCut)
        }
    }

    package func activity(of keys: [AssetKey], in scope: CatalogScope) async throws -> CatalogAnswer<[AssetKey: [Int]]> {
        try await answer { [now] snapshot, _ in
            let last = HourCounts.hour(of: now())
            let first = last - (HourCounts.length - 1)
            var activity: [AssetKey: [Int]] = [:]
            for key in keys {
                guard let view = try snapshot.asset(key, in: scope) else { continue }
                var counts = [Int](repeating: 0, count: HourCounts.length)
                view.record.hours.forEach { hour, _, count in
                    if (first...last).contains(hour) { counts[hour - first] += count }
                }
                activity[key] = counts
            }
            return activity
        }
    }
}
#endif
