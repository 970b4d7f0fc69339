#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The order of names in canonical JSON: by the code points of what they stand for, as Python sorts.
enum NameOrder {
    /// Negative, zero or positive, as `left` is before, equal to or after `right`.
    static func compare(_ left: CanonicalWriter.Member, _ right: CanonicalWriter.Member, _ text: UnsafeRawPointer)
        -> Int
    {
        let a = (text + left.nameStart + 1).assumingMemoryBound(to: UInt8.self)
        let b = (text + right.nameStart + 1).assumingMemoryBound(to: UInt8.self)
        let (aCount, bCount) = (left.nameEnd - left.nameStart - 2, right.nameEnd - right.nameStart - 2)
        let common = min(aCount, bCount)
        var index = 0
        while index < common, a[index] == b[index] { index += 1 }
        // Until here both are the same, so an escape that began before this index began in both.
        if index == common { return aCount - bCount }
        return Int(scalarClass(a, index)) - Int(scalarClass(b, index))
    }

    // What stands at `index`: the byte itself, or the character of the escape that it starts or belongs to. Two
    // canonical escapes that differ do so in the character after the backslash or in the last digits.
    private static func scalarClass(_ name: UnsafePointer<UInt8>, _ index: Int) -> UInt8 {
        var start = index
        // A canonical escape has at most six bytes; look for the backslash that begins it.
        var probe = 0
        while probe < index {
            if name[probe] == UInt8(ascii: "\\") {
                let length = name[probe + 1] == UInt8(ascii: "u") ? 6 : 2
                if probe + length > index {
                    start = probe
                    break
                }
                probe += length
            } else {
                probe += 1
            }
        }
        guard name[start] == UInt8(ascii: "\\") else { return name[start] }
        switch name[start + 1] {
        case UInt8(ascii: "n"): return 0x0a
        case UInt8(ascii: "r"): return 0x0d
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "u"):
            return (name[start + 4].hexadecimalValue ?? 0) << 4 | (name[start + 5].hexadecimalValue ?? 0)
        default: return name[start + 1]
        }
    }

    /// Whether a few members have a name twice; for many it only says that it is possible.
    static func hasDoubledName(
        _ members: ContiguousArray<CanonicalWriter.Member>, from first: Int, _ text: UnsafeRawPointer
    ) -> Bool {
        if members.count - first > 16 { return true }
        for later in first..<members.count {
            for earlier in first..<later where isSame(members[earlier], members[later], text) { return true }
        }
        return false
    }

    private static func isSame(
        _ left: CanonicalWriter.Member, _ right: CanonicalWriter.Member, _ text: UnsafeRawPointer
    ) -> Bool {
        let length = left.nameEnd - left.nameStart
        return length == right.nameEnd - right.nameStart
            && memcmp(text + left.nameStart, text + right.nameStart, length) == 0
    }

    /// The members that stay, the last of each name: sorted, or each where its name was first.
    static func arranged(
        _ members: some RandomAccessCollection<CanonicalWriter.Member>, order: CanonicalWriter.Order,
        _ text: UnsafeRawPointer
    ) -> [CanonicalWriter.Member] {
        var byName = Array(members)
        byName.sort { left, right in
            let difference = compare(left, right, text)
            return difference == 0 ? left.nameStart < right.nameStart : difference < 0
        }
        // One entry per name: where it was first, and its last member.
        var unique: [(first: Int, last: CanonicalWriter.Member)] = []
        unique.reserveCapacity(byName.count)
        for member in byName {
            if let previous = unique.last, compare(previous.last, member, text) == 0 {
                unique[unique.count - 1].last = member
            } else {
                unique.append((member.nameStart, member))
            }
        }
        if order == .asWritten { unique.sort { $0.first < $1.first } }
        return unique.map(\.last)
    }
}
