package import AssetlogCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A text that is compared by its bytes: Swift's texts are equal when they only look alike.
package struct ByteText: Hashable, Comparable, Sendable {
    /// The text.
    package let text: String

    /// Takes a text.
    package init(_ text: String) {
        self.text = text
    }

    package static func == (left: ByteText, right: ByteText) -> Bool {
        left.compare(right) == 0
    }

    package static func < (left: ByteText, right: ByteText) -> Bool {
        left.compare(right) < 0
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xff as UInt8)
    }

    /// Calls `body` with the bytes.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        var text = text
        return try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
    }

    /// Whether the bytes are these.
    func isSame(as bytes: UnsafeRawBufferPointer) -> Bool {
        withBytes { own in
            own.count == bytes.count && (own.isEmpty || memcmp(own.baseAddress!, bytes.baseAddress!, own.count) == 0)
        }
    }

    // Less than 0: this one comes first.
    private func compare(_ other: ByteText) -> Int {
        var (left, right) = (text, other.text)
        return left.withUTF8 { left in
            right.withUTF8 { right in
                let common = min(left.count, right.count)
                let order = common == 0 ? 0 : memcmp(left.baseAddress!, right.baseAddress!, common)
                return order == 0 ? left.count - right.count : Int(order)
            }
        }
    }
}

/// What names an asset: its key, and the deployment that it belongs to.
package struct AssetName: Hashable, Comparable, Sendable {
    /// The deployment's name.
    package let deployment: ByteText
    /// The key's canonical JSON text.
    package let key: ByteText

    /// Makes a name.
    package init(_ key: AssetKey, in deployment: String) {
        self.deployment = ByteText(deployment)
        self.key = ByteText(key.canonical)
    }

    /// The key.
    package var assetKey: AssetKey { AssetKey(canonical: key.text) }

    package static func < (left: AssetName, right: AssetName) -> Bool {
        left.deployment == right.deployment ? left.key < right.key : left.deployment < right.deployment
    }
}
