#if Postgres
internal import AssetlogCore

/// The number that an asset of a deployment has in the indexes: 64 bits of FNV-1a over both, mixed.
///
/// Stored, so it never changes. Two assets may share a number; readers compare the key as well.
enum AssetHash {
    static func of(deployment: UnsafeRawBufferPointer, assetKey: UnsafeRawBufferPointer) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in deployment { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        // No text has this byte, so the border is a part of what is hashed.
        hash = (hash ^ 0xff) &* 0x100_0000_01b3
        for byte in assetKey { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash ^= hash >> 32
        hash = hash &* 0x9e37_79b9_7f4a_7c15
        return Int64(bitPattern: hash ^ hash >> 29)
    }

    static func of(_ assetKey: AssetKey, in deployment: String) -> Int64 {
        var (deployment, key) = (deployment, assetKey.canonical)
        return deployment.withUTF8 { deployment in
            key.withUTF8 { of(deployment: UnsafeRawBufferPointer(deployment), assetKey: UnsafeRawBufferPointer($0)) }
        }
    }
}
#endif
