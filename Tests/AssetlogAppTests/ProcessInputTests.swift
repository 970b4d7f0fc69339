import AssetlogCore
import AssetlogStandardPlugins
import Foundation
import Testing

@testable import AssetlogApp

@Suite("What a process is started with")
struct ProcessInputTests {
    /// Lends strings of bytes as the operating system does.
    private static func with<R>(_ strings: [[UInt8]], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R) -> R {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { bytes in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
            for (index, byte) in (bytes + [0]).enumerated() { copy[index] = CChar(bitPattern: byte) }
            return copy
        }
        defer { for pointer in pointers { pointer?.deallocate() } }
        pointers.append(nil)
        return pointers.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map(body)
        }!
    }

    private static func arguments(_ strings: [[UInt8]]) -> Result<[String], ProcessInput.Malformed> {
        Result { () throws(ProcessInput.Malformed) in try ProcessInput.arguments(strings) }
    }

    @Test("has the arguments that it was started with")
    func commandLine() {
        #expect(ProcessInput.commandLine().map { String(decoding: $0, as: UTF8.self) } == CommandLine.arguments)
    }

    @Test("is text where it is UTF-8, composed or not")
    func text() throws {
        let arguments = try Self.arguments([
            Array("assetlog".utf8), [], Array("caf\u{e9}".utf8), Array("cafe\u{301}".utf8), Array("😀".utf8),
        ]).get()
        #expect(arguments.map { Array($0.utf8) } == [[], Array("caf\u{e9}".utf8), Array("cafe\u{301}".utf8), Array("😀".utf8)])
    }

    @Test(
        "is refused where it is not, with its bytes",
        arguments: [
            ([0x63, 0x61, 0x66, 0xe9], #"argument 2, "caf\xe9", is not UTF-8"#), ([0x80], #""\x80""#), ([0xc0, 0xaf], #""\xc0\xaf""#),
            ([0xed, 0xa0, 0x80], #""\xed\xa0\x80""#), ([0x41, 0x0a, 0xff], #""A\x0a\xff""#), ([0xf4, 0x90, 0x80, 0x80], "is not UTF-8"),
        ] as [([UInt8], String)])
    func malformed(_ bytes: [UInt8], _ words: String) {
        switch Self.arguments([Array("assetlog".utf8), Array("report".utf8), bytes]) {
        case .success(let arguments): Issue.record("\(arguments)")
        case .failure(let error): #expect(error.description.contains(words), "\(error)")
        }
    }

    @Test("has variables, without those of others that are not UTF-8")
    func variables() throws {
        func environment(_ strings: [[UInt8]]) -> Result<[String: String], ProcessInput.Malformed> {
            Self.with(strings) { pointers in Result { () throws(ProcessInput.Malformed) in try ProcessInput.environment(pointers) } }
        }
        let bad: [UInt8] = [0xe9]
        #expect(
            try environment([Array("A=1".utf8), Array("B=".utf8), Array("X=".utf8) + bad, Array("odd".utf8), Array("C==".utf8)]).get()
                == ["A": "1", "B": "", "C": "="])
        switch environment([Array("ASSETLOG_URL=http://".utf8) + bad]) {
        case .success: Issue.record("it was taken")
        case .failure(let error): #expect(error.description == "the variable ASSETLOG_URL is not UTF-8")
        }
    }

    @Test("loses the line ends of variables and secrets", arguments: ["", "\n", "\r\n", "\n\n"])
    func lineEnds(_ end: String) throws {
        var input = ConfigurationInput(workingDirectory: "/")
        input.environment = [
            "ASSETLOG_SERVER_LISTEN": "127.0.0.1:4000\(end)", "ASSETLOG_STORAGE_TYPE": "postgres\(end)",
            "ASSETLOG_STORAGE_POSTGRES_URL": "postgresql://h/d\(end)", "ASSETLOG_STORAGE_POSTGRES_PASSWORD": "sec ret\(end)",
        ]
        let resolved = try ConfigurationResolver.resolve(input, plugins: .standard)
        func texts(_ path: String) -> [String]? { resolved.values.first { $0.path == path }?.texts }
        #expect(texts("server.listen") == ["127.0.0.1:4000"])
        #expect(texts("storage.postgres.password") == ["sec ret"])
        let key = ConfigurationKey.optional("password", .secret, "A password.").declaration
        guard case .secret(let secret) = try ConfigurationValue([" sec\nret \(end)"], for: key, in: "x", directory: "/") else {
            Issue.record("no secret")
            return
        }
        #expect(secret.revealed == " sec\nret ")
    }
}
