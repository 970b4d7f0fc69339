extension UInt8 {
    /// Blank, tab, line feed, carriage return.
    @inline(__always)
    var isJSONBlank: Bool { self == 0x20 || self == 0x0a || self == 0x0d || self == 0x09 }
}
