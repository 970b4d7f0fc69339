#if TLS
internal import COpenSSL

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The bytes of a file that holds a key, certificates or what belongs to them, wiped from memory when they are done with.
final class CredentialFile {
    let path: String
    private let bytes: UnsafeMutableRawBufferPointer
    private let count: Int

    /// The forms of such files.
    enum Form: String {
        case pem = "PEM"
        case der = "DER"
    }

    /// A chain of certificates is a few KB; what is far beyond is some other file.
    private static let maximumSize = 1 << 20

    /// - Throws: ``TLSError`` with the code `file`, which says why the file cannot be read.
    init(_ path: String, purpose: String, form: Form = .pem) throws(TLSError) {
        self.path = path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.unreadable(path, purpose, errno) }
        defer { close(descriptor) }

        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.unreadable(path, purpose, errno) }
        let kind = status.st_mode & mode_t(S_IFMT)
        if kind == mode_t(S_IFDIR) { throw Self.unreadable(path, purpose, EISDIR) }
        guard kind == mode_t(S_IFREG), status.st_size <= Self.maximumSize else {
            throw TLSError(
                .file,
                "\(path), the \(purpose), is not a \(form.rawValue) file: it is not a regular file, or is larger than 1 MiB.")
        }

        bytes = .allocate(byteCount: max(1, Int(status.st_size)), alignment: 1)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        var filled = 0
        while filled < Int(status.st_size) {
            let count = read(descriptor, bytes.baseAddress?.advanced(by: filled), bytes.count - filled)
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw Self.unreadable(path, purpose, errno) }
            if count == 0 { break }
            filled += count
        }
        count = filled
    }

    deinit {
        OPENSSL_cleanse(bytes.baseAddress, bytes.count)
        bytes.deallocate()
    }

    /// A copy of the bytes, for a file that holds no secret.
    var copy: [UInt8] { Array(bytes.prefix(count)) }

    /// Whether a text occurs in the file; PEM is ASCII.
    func contains(_ text: String) -> Bool { bytes.contains(text.utf8) }

    /// Reads the file through a BIO of OpenSSL. Nil when memory is short.
    func withBIO<Result>(_ body: (OpaquePointer) -> Result) -> Result? {
        guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: count)) else { return nil }
        defer { BIO_free(bio) }
        return body(bio)
    }

    private static func unreadable(_ path: String, _ purpose: String, _ error: Int32) -> TLSError {
        switch error {
        case ENOENT, ENOTDIR:
            TLSError(.file, "\(path), the \(purpose), does not exist. Correct the path, or create the file.")
        case EACCES, EPERM:
            TLSError(
                .file,
                "\(path), the \(purpose), can't be read by this user. Give the user who runs the server read permission"
                    + " on the file and on its directories.")
        case EISDIR:
            TLSError(.file, "\(path), the \(purpose), is a directory. Name the file itself.")
        default:
            TLSError(.file, "\(path), the \(purpose), cannot be read: \(String(cString: strerror(error))).")
        }
    }
}
#endif
