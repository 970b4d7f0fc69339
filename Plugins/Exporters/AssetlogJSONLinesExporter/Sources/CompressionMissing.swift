#if JSONLines && !Gzip
/// Stands in for compression in a build without the package trait `Gzip`, where the configuration refuses it.
final class Compression {
    static let isAvailable = false

    init() throws {}
    func compress(_ bytes: [UInt8]) throws -> [UInt8] { bytes }
    func finish() throws -> [UInt8] { [] }
}
#endif
