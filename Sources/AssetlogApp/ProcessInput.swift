#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a process is started with, as the operating system has it: bytes, which are text only when they are UTF-8.
///
/// Swift's own list of arguments repairs what is not, so that two different names become one.
enum ProcessInput {
    /// Something that is not UTF-8, in a sentence.
    struct Malformed: Error, Hashable, CustomStringConvertible {
        var description: String
    }

    /// The arguments behind the program's name.
    ///
    /// - Throws: ``Malformed`` that names the first one that is not UTF-8.
    static func arguments(_ pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) throws(Malformed) -> [String] {
        var arguments: [String] = []
        var next = pointers
        while let argument = next.pointee {
            if arguments.last == "--", arguments.dropFirst().first == RunCommand.configuration.commandName {
                // What follows is passed on as it is, see `operands`, and never recorded.
                arguments.append(String(cString: argument))
                next += 1
                break
            }
            guard let text = String(validatingCString: argument) else {
                throw Malformed(
                    description: "argument \(arguments.count), \"\(shown(argument))\", is not UTF-8, and names that are cut or"
                        + " changed would be recorded. Convert it, as by `iconv -f latin1 -t utf-8`")
            }
            arguments.append(text)
            next += 1
        }
        return Array(arguments.dropFirst())
    }

    /// What follows the first `--`, which need not be UTF-8.
    static func operands(_ pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> [[UInt8]] {
        var operands: [[UInt8]] = []
        var (next, isBehind) = (pointers, false)
        while let argument = next.pointee {
            if isBehind { operands.append(Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))) }
            isBehind = isBehind || strcmp(argument, "--") == 0
            next += 1
        }
        return operands
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
    private static func shown(_ text: UnsafePointer<CChar>) -> String {
        let bytes = UnsafeBufferPointer(start: text, count: min(strlen(text), 80)).map { UInt8(bitPattern: $0) }
        return bytes.map { byte in
            let digits = String(byte, radix: 16)
            return (0x20..<0x7f).contains(byte)
                ? String(Unicode.Scalar(byte)) : "\\x\(digits.utf8.count < 2 ? "0" : "")\(digits)"
        }.joined()
    }
}
