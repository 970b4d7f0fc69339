import ArgumentParser

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a process is started with, as the operating system has it: bytes, which are text only when they are UTF-8.
///
/// Swift's own list of arguments repairs what is not UTF-8, so that two different names become one. And it finds them by
/// where the environment lies: it is empty when a library that was loaded before has set a variable, as libfaketime does.
enum ProcessInput {
    /// Something that is not UTF-8, in a sentence.
    struct Malformed: Error, Hashable, CustomStringConvertible {
        var description: String
    }

    /// The program's name and the arguments of this process.
    static func commandLine() -> [[UInt8]] {
        if let bytes = kernelCommandLine(), bytes.last == 0 {
            return bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
        }
        // Without /proc, as on macOS.
        var arguments: [[UInt8]] = []
        var next = CommandLine.unsafeArgv
        while let argument = next.pointee {
            arguments.append(Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument))))
            next += 1
        }
        return arguments
    }

    private static func kernelCommandLine() -> [UInt8]? {
        let descriptor = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? bytes : nil }
            bytes += piece[..<count]
        }
    }

    /// The arguments behind the program's name.
    ///
    /// - Throws: ``Malformed`` that names the first one that is not UTF-8.
    static func arguments(_ commandLine: [[UInt8]]) throws(Malformed) -> [String] {
        var arguments: [String] = []
        for (index, bytes) in commandLine.enumerated().dropFirst() {
            if arguments.last == "--", arguments.first == RunCommand.configuration.commandName {
                // What follows is passed on as it is, see `operands`, and never recorded.
                arguments.append(String(decoding: bytes, as: UTF8.self))
                break
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Malformed(
                    description: "argument \(index), \"\(shown(bytes))\", is not UTF-8; a name would be recorded that nobody"
                        + " wrote. Convert it, as by `iconv -f latin1 -t utf-8`")
            }
            arguments.append(text)
        }
        return arguments
    }

    /// What follows the first `--`, which need not be UTF-8.
    static func operands(_ commandLine: [[UInt8]]) -> [[UInt8]] {
        guard let start = commandLine.firstIndex(of: Array("--".utf8)) else { return [] }
        return Array(commandLine[(start + 1)...])
    }

    /// The variables of the environment. Those of others that are not UTF-8 are left out.
    ///
    /// - Throws: ``Malformed`` that names a variable of ours that is not UTF-8.
    static func environment(_ pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) throws(Malformed) -> [String: String] {
        var variables: [String: String] = [:]
        var next = pointers
        while let entry = next.pointee {
            next += 1
            guard let text = String(validatingCString: entry) else {
                let name = String(cString: entry).prefix { $0 != "=" }
                guard name.hasPrefix("ASSETLOG_") else { continue }
                throw Malformed(description: "the variable \(name) is not UTF-8")
            }
            guard let equals = text.firstIndex(of: "=") else { continue }
            variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        return variables
    }

    /// ASCII as it is, every other byte by its number.
    private static func shown(_ bytes: [UInt8]) -> String {
        bytes.prefix(80).map { byte in
            let digits = String(byte, radix: 16)
            return (0x20..<0x7f).contains(byte)
                ? String(Unicode.Scalar(byte)) : "\\x\(digits.utf8.count < 2 ? "0" : "")\(digits)"
        }.joined()
    }
}
