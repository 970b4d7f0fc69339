/// What the keys of a scope have in common behind a prefix, as a tree shows it.
package struct AssetFolders: Hashable, Sendable {
    /// A part that keys have behind the prefix.
    package struct Folder: Hashable, Sendable {
        /// The part.
        package var part: String
        /// Whether keys continue behind it; else it is the end of a key.
        package var hasChildren: Bool
        /// The number of assets whose keys have it there, by state.
        package var counts: StateCounts

        /// Makes it.
        package init(part: String, hasChildren: Bool, counts: StateCounts) {
            self.part = part
            self.hasChildren = hasChildren
            self.counts = counts
        }

        /// The worst state of its assets.
        package var worst: AssetState { AssetState.allCases.first { counts[$0] > 0 } ?? .ok }
    }

    /// The parts in the order of their bytes; at most ``CatalogLimits/folders``.
    package var folders: [Folder]
    /// Whether there are more.
    package var isCut: Bool

    /// Makes it.
    package init(folders: [Folder], isCut: Bool) {
        self.folders = folders
        self.isCut = isCut
    }
}
