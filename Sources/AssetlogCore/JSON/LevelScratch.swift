/// Memory for the open levels of a scanner.
struct LevelScratch: ~Copyable {
    let base: UnsafeMutablePointer<Bool>

    init() {
        base = .allocate(capacity: JSONScanner.maximumStoredDepth)
    }

    deinit {
        base.deallocate()
    }
}
