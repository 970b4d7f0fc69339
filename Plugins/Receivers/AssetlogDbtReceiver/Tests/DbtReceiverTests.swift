import AssetlogCore
import AssetlogResults
import Foundation
import Testing

@testable import AssetlogDbtReceiver

@Suite("The receiver dbt")
struct DbtReceiverTests {
    private static let type = "multipart/form-data; boundary=b"

    /// A form as curl writes it.
    private static func form(_ fields: [(name: String, content: String)], boundary: String = "b") -> [UInt8] {
        let parts = fields.map { name, content in
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"\(name).json\"\r\n"
                + "Content-Type: application/json\r\n\r\n\(content)\r\n"
        }
        return Array("\(parts.joined())--\(boundary)--\r\n".utf8)
    }

    private static func fixture(_ name: String) throws -> String {
        let folder = URL(fileURLWithPath: #filePath).appendingPathComponent(
            "../../../../../Tests/AssetlogResultsTests/Fixtures/dbt/build")
        return String(decoding: try Data(contentsOf: folder.appendingPathComponent("\(name).json").standardizedFileURL), as: UTF8.self)
    }

    private static func read(_ body: [UInt8], _ type: String? = type) throws -> ReceivedReading {
        let setup = try ReceiverPlugin.dbtReceiver.configure(
            PluginConfiguration(section: "receivers.dbt", keys: [], values: [:], directory: "/", dataDirectory: "/"))
        return setup.receiver.read(ReceivedElement(path: "/api/v1/dbt", body: body, contentType: type), found: [:])
    }

    @Test("reads the files of a form as the command reads those of a directory")
    func files() throws {
        var (files, fields) = (DbtFiles(), [(name: String, content: String)]())
        for name in DbtFiles.Name.allCases {
            let text = try Self.fixture(name.rawValue)
            files[name] = Array(text.utf8)
            fields.append((name.rawValue, text))
        }
        let (found, expected) = (try Self.read(Self.form(fields)), try DbtReader.read(files))
        #expect(found.refusal == nil)
        #expect(found.items == expected.items && found.unmapped == expected.unmapped)
        #expect(!found.items.isEmpty)
        let prefixed = try Self.read(Self.form(fields + [("key_prefix", "w/h")]))
        #expect(prefixed.items.contains { $0.assetKey == AssetKey(["w", "h", "orders"]) })
    }

    private static let results = #"{"metadata":{"invocation_id":"i"},"results":[{"unique_id":"model.a.x","status":"success"}]}"#
    private static let manifest = #"{"nodes":{"model.a.x":{"name":"x"}}}"#

    @Test(
        "takes a form in every way in which it may be written",
        arguments: [
            ("multipart/form-data; boundary=b", "b"), ("Multipart/Form-Data;Boundary=\"b\"", "b"),
            ("multipart/form-data; charset=utf-8; boundary=\"----a; b:c\"", "----a; b:c"),
        ])
    func forms(type: String, boundary: String) throws {
        let fields = [(name: "run_results", content: Self.results), (name: "manifest", content: Self.manifest)]
        #expect(try Self.read(Self.form(fields, boundary: boundary), type).items.count == 1)
        let preamble = Array("Some words.\r\n".utf8) + Self.form(fields, boundary: boundary) + Array("and more".utf8)
        #expect(try Self.read(preamble, type).items.count == 1)
    }

    @Test(
        "refuses what is no form of these fields, with a sentence",
        arguments: [
            ("multipart/form-data", form([]), "no boundary"), ("multipart/form-data; boundary=", form([]), "no boundary"),
            ("multipart/form-data; boundary=\(String(repeating: "b", count: 71))", form([]), "no boundary"),
            (type, Array("nothing".utf8), "cut off"), (type, form([]), "neither run_results.json nor sources.json"),
            (type, form([("run_results", results)]), "manifest.json is missing"),
            (type, form([("other", "x")]), "the field other"),
            (type, form([("manifest", "{}"), ("manifest", "{}")]), "the field manifest twice"),
            (type, form([("key_prefix", "a//b")]), "key_prefix must be parts"),
            (type, form([("run_results", "{"), ("manifest", manifest)]), "run_results.json is not valid JSON"),
            (type, Array("--b\r\n\r\nx\r\n--b--".utf8), "no name"),
            (type, Array("--bx\r\n\r\nx\r\n--b--".utf8), "goes on with something else"),
            (type, Array("--b\r\nno colon\r\n\r\nx\r\n--b--".utf8), "no colon"),
            (type, Array("--b\r\nContent-Disposition: attachment; name=\"manifest\"\r\n\r\nx\r\n--b--".utf8), "not form-data"),
            (
                type,
                Array(
                    "--b\r\nContent-Disposition: form-data; name=\"manifest\"\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--b--".utf8),
                "Content-Transfer-Encoding"
            ),
            (type, Array("--b\r\nX: \(String(repeating: "x", count: 9000))\r\n\r\nx\r\n--b--".utf8), "8192 bytes"),
        ])
    func refused(type: String, body: [UInt8], sentence: String) throws {
        let reading = try Self.read(body, type)
        #expect(reading.items.isEmpty)
        #expect(reading.refusal?.contains(sentence) == true, "\(reading.refusal ?? "taken")")
    }

    @Test("refuses a form that is cut off anywhere")
    func cutOff() throws {
        let body = Self.form([("run_results", Self.results), ("manifest", Self.manifest)])
        // The two dashes behind the last boundary are its end.
        for length in 0..<body.count - 2 { #expect(try Self.read(Array(body[..<length])).refusal != nil, "\(length)") }
    }

    @Test("keeps the content of a field byte for byte")
    func content() throws {
        for content in ["", "\r\n", "--b", "\r\n--", "\r\r\n-\r\n--a", "\n--b--\n"] {
            let form = try FormData(Self.form([("a", content), ("b", "x")]), contentType: Self.type)
            #expect(form.fields.map(\.name) == ["a", "b"])
            #expect(form.fields.map { Array(form.body[$0.content]) } == [Array(content.utf8), Array("x".utf8)])
        }
    }

    @Test("takes 16 fields and no more")
    func manyFields() throws {
        let fields = (0..<17).map { (name: "f\($0)", content: "x") }
        #expect(try FormData(Self.form(Array(fields.prefix(16))), contentType: Self.type).fields.count == 16)
        #expect(throws: FormDataError.self) { try FormData(Self.form(fields), contentType: Self.type) }
    }
}
