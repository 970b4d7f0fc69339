import AssetlogCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Finds and reads the configuration file: the part of the configuration that touches the disk.
enum ConfigurationFile {
    /// The largest file that is read, in bytes.
    static let largestSize = 1 << 20

    /// Reads a configuration.
    ///
    /// - Throws: ``ConfigurationError`` that names the file and says what to do.
    static func read(_ path: String, workingDirectory: String) throws -> ConfigurationInput.File {
        let absolute = path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)"
        let text = try readText(absolute, name: path, label: "the configuration")
        let directory = absolute.lastIndex(of: "/").map { String(absolute[..<$0]) } ?? ""
        return ConfigurationInput.File(name: path, directory: directory.isEmpty ? "/" : directory, text: text)
    }

    /// Reads a text of the configuration that stands in a file of its own.
    ///
    /// - Throws: ``ConfigurationError`` about what `label` says, in the file that `name` names.
    static func readText(_ path: String, name: String, label: String) throws -> String {
        let bytes = try readBytes(path, name: name, label: label)
        guard !bytes.starts(with: [0xff, 0xfe]), !bytes.starts(with: [0xfe, 0xff]) else {
            throw ConfigurationError(label, "is UTF-16 text; save it as UTF-8", at: name)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(label, "is not UTF-8 text", at: name)
        }
        return text
    }

    /// Reads a file that belongs to the configuration.
    ///
    /// - Throws: ``ConfigurationError`` about what `label` says, in the file that `name` names.
    static func readBytes(_ path: String, name: String, label: String) throws -> [UInt8] {
        // Without O_NONBLOCK a named pipe would be waited for; a file does not mind.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure("can't be opened", name, label) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = readSome(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw failure("can't be read", name, label) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= largestSize else {
                throw ConfigurationError(label, "is larger than 1 MiB; is this the right file?", at: name)
            }
        }
    }

    private static func failure(_ what: String, _ name: String, _ label: String) -> ConfigurationError {
        ConfigurationError(label, "\(what): \(String(cString: strerror(errno)))", at: name)
    }

    /// The directory that the process was started in.
    static func workingDirectory() -> String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }
}

// Spelled outside the type, where `read` means the function of the operating system.
private func readSome(_ descriptor: Int32, _ buffer: inout [UInt8], _ count: Int) -> Int {
    read(descriptor, &buffer, count)
}
