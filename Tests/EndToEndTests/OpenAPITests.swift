import Foundation
import Testing

/// The OpenAPI document against what the built server answers, by the program that judges the answers of whole test runs.
@Suite("The OpenAPI document of the built server")
struct OpenAPITests {
    private static let directory = ServerProcess.root.appending(path: "Tests/OpenAPI")

    /// Judges the answers in a directory.
    private static func judge(_ exchanges: URL, by document: URL, _ arguments: [String] = []) throws -> CommandResult {
        // That of the system has the package, which another one in front of it may lack.
        let python = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") ? "/usr/bin/python3" : "python3"
        return try run(
            python, [directory.appending(path: "answers").path, "--document", document.path] + arguments + [exchanges.path])
    }

    private static func emptyDirectory() throws -> URL {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        return directory
    }

    /// Asks for the document of a server.
    private static func document(of server: ServerProcess, _ arguments: [String] = []) throws -> URL {
        let file = server.directory.appending(path: "openapi.json")
        let result = try run("curl", ["-sSf", "-o", file.path, "\(server.url)/api/v1/openapi.json"] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return file
    }

    @Test("has every answer of every operation, without a prefix and below one", arguments: ["", "/dagster"])
    func answers(prefix: String) throws {
        let server = try ServerProcess(
            [
                "--set", "deployments.declared=prod", "--set", "exporters.audit.type=jsonlines", "--set",
                "exporters.audit.path=./lines.jsonl",
            ] + (prefix.isEmpty ? [] : ["--path-prefix", prefix]))
        let exchanges = try Self.emptyDirectory()
        defer {
            server.stop()
            for directory in [server.directory, exchanges] { try? FileManager.default.removeItem(at: directory) }
        }
        let document = try Self.document(of: server)
        let path = "\(Self.directory.appending(path: "bin").path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        let result = try run(
            "bash", ["-euo", "pipefail", "-c", Self.requests], in: exchanges,
            environment: ["PATH": path, "TEST_EXCHANGES": exchanges.path, "URL": server.url.absoluteString])
        #expect(result.status == 0, "\(result.errors)")
        let verdict = try Self.judge(exchanges, by: document, ["--covers", "--prefix", prefix])
        #expect(verdict.status == 0, "\(verdict.output)\(verdict.errors)")
        let closing = try #require(verdict.output.split(separator: "\n").last)
        #expect(try #require(Int(closing.split(separator: " ")[0])) > 80, "\(closing)")
    }

    /// Requests that every operation answers in more than one way.
    private static let requests = #"""
        ask() { curl -s -g -o /dev/null "$@"; }
        json=(-H 'Content-Type: application/json')
        event='{"kind":"check","asset_key":["a","b"],"check_name":"c","passed":true,"target":{"data_version":"1"},"metadata":{"t":{"type":"url","raw_value":"x"}}}'
        for base in "$URL" "$URL/prod" "$URL/dev"; do
            for kind in materialization check observation; do
                for rest in /a/b '/?asset_key=["a","b"]' / '/a?check_name=c&passed=true&dry_run=true' '/a?check_name=c&passed=true&description=d'; do
                    ask -X POST "$base/report_asset_$kind$rest" "${json[@]}" -d '{"metadata": {"n": 1, "x": [1.5]}}'
                done
                ask -X POST "$base/report_asset_$kind/a" -H 'Content-Type: text/plain' -d x
                ask -X POST "$base/report_asset_$kind/a" -H 'Content-Encoding: br' -d x
                ask -X DELETE "$base/report_asset_$kind/a"
            done
            for i in 1 2; do ask -X POST "$base/report_asset_observation/k" -H "Idempotency-Key: ${base: -4}"; done
            ask -X POST "$base/report_asset_observation/other" -H "Idempotency-Key: ${base: -4}"
            for query in '' '?dry_run=true' '?items=all' '?atomic=true' '?x=1' '?atomic=maybe'; do
                ask "$base/api/v1/events$query" "${json[@]}" -d "$event"
                ask "$base/api/v1/events$query" "${json[@]}" -d "[$event,{}]"
                ask "$base/api/v1/events$query" "${json[@]}" -d "[$event,{"
                ask "$base/api/v1/events$query" "${json[@]}" -d '{"kind":"materialization_failed","asset_key":"a","failure":{"reason":"UNKNOWN"}}'
            done
            for path in lineage lineage/batch dbt cloudevents; do
                for body in '{' '{}' '[{}]' '{"eventTime":"2026-11-20T00:00:00Z","dataset":{"namespace":"n","name":"a"}}'; do
                    ask "$base/api/v1/$path" "${json[@]}" -d "$body"
                done
                ask "$base/api/v1/$path" -H 'Content-Type: application/cloudevents+json' -d '{"specversion":"1.0","id":"1","source":"s","type":"t"}'
                ask "$base/api/v1/$path" -F 'run_results={}' -F 'manifest={}'
                ask "$base/api/v1/$path" -H 'Content-Encoding: br' -d x
                ask -X DELETE "$base/api/v1/$path"
            done
            ask "$base/api/v1/events" "${json[@]}" -d '{}'
            ask "$base/api/v1/events" -H 'Content-Type: text/plain' -d x
            for query in '' '?limit=2&order=desc' '?limit=0' '?asset_key=["a","b"]&kind=check' '?from=2026-01-01T00:00:00Z' \
                '?asset=a/b&kind=check,observation&kind=materialization&order=latest' '?prefix=a&partition=p&check_name=c&passed=true' \
                '?asset=' '?asset=a&asset_key=["a"]' '?prefix=[1]' '?passed=yes' '?partition=%00'; do
                ask "$base/api/v1/events$query"
            done
            id=$(curl -s "$base/api/v1/events?limit=1" | sed -n 's/.*"event_id":"\([^"]*\)".*/\1/p')
            ask "$base/api/v1/events/$id"
            ask "$base/api/v1/events/0193b0a0-1111-7222-8333-444444444444"
            ask "$base/api/v1/events/x"
            ask "$base/api/v1/events" "${json[@]}" -d '{"kind":"materialization","asset_key":"a","upstream":[["b","c"],["d"]]}'
            for query in '?dry_run=true' '' '' '?dry_run=true' '?dry_run=maybe'; do
                for event in "$id" 0193b0a0-1111-7222-8333-444444444444 x; do
                    ask "$base/api/v1/events/$event/void$query" -d '{"reason":"r"}'
                done
            done
            for body in '{}' '{' '{"reason":7}' '{"reasn":"r"}'; do ask "$base/api/v1/events/$id/void" -d "$body"; done
            void=$(curl -s "$base/api/v1/events/$id/void" -d '{"reason":"r"}' | sed -n 's/.*"event_id":"\([^"]*\)".*/\1/p')
            ask "$base/api/v1/events/$void/void" -d '{"reason":"r"}'
            ask "$base/api/v1/events/$id/void"
            ask "$base/api/v1/events/$id"
            for query in '' '?dry_run=true' '?x=1'; do
                for body in '{"asset":"a/b","reason":"r"}' '{"asset_key":["a","b"],"partitions":["p"],"reason":"r"}' \
                    '{"asset":"unknown","reason":"r"}' '{"reason":"r"}' '{"asset":"a/b","partitions":[],"reason":"r"}'; do
                    ask "$base/api/v1/asset/wipe$query" -d "$body"
                done
            done
            for partition in p p q; do
                ask "$base/api/v1/asset/wipe" -H 'Idempotency-Key: wipe' -d "{\"asset\":\"a/b\",\"partitions\":[\"$partition\"],\"reason\":\"r\"}"
            done
            ask "$base/api/v1/asset/wipe" -H 'Content-Encoding: br' -d x
            head -c 2000000 /dev/zero | tr '\0' ' ' | ask "$base/api/v1/asset/wipe" --data-binary @-
            for query in '?voided=true' '?voided=false&order=latest&limit=1' '?kind=void,wipe' '?voided=x'; do
                ask "$base/api/v1/events$query"
            done
            for path in assets asset asset/partitions asset/checks asset/check/history asset/series checks overview; do
                for query in '' '?asset=a/b' '?asset=unknown' '?x=1' '?asset=a/b&min_sequence=999999&wait=0' '?min_sequence=999999&wait=0'; do
                    ask "$base/api/v1/$path$query"
                done
            done
            ask "$base/api/v1/assets?state=ok,failed&sort=state&limit=1"
            ask "$base/api/v1/assets?after=zz"
            ask "$base/api/v1/asset/partitions?asset=a/b&summary=true"
            ask "$base/api/v1/asset/checks?asset=a/b&by=partition"
            ask "$base/api/v1/asset/check/history?asset=a/b&check_name=c"
            ask "$base/api/v1/asset/series?asset=a/b&label=rows"
            ask "$base/api/v1/checks?state=failed"
            ask "$base/api/v1/assets" -H 'If-None-Match: *'
            # A stream has no end, so only its head is compared.
            ask -I "$base/api/v1/events/stream?after=0"
            for query in '?limit=1' '?after=99999999' '?kind=x'; do ask "$base/api/v1/events/stream$query"; done
            ask "$base/api/v1/openapi.json"
            ask "$base/api/v1/nothing"
        done
        exporters="$URL/api/v1/exporters"
        for query in '' '?x=1'; do ask "$exporters$query"; done
        for name in audit nobody; do
            for body in '' '{"reason":"maintenance"}' '{"reason":7}' '{'; do ask "$exporters/$name/pause" -d "$body"; done
            for body in '{"from":1}' '{"time":"2020-01-01T00:00:00Z"}' '{"dead_letters":true}' '{"dead_letters":[7]}' '{}'; do
                ask "$exporters/$name/replay" -d "$body"
            done
            for query in '' '?limit=1&after=3' '?limit=0'; do ask "$exporters/$name/dead-letters$query"; done
            for action in replay discard; do
                for body in '{"all":true}' '{"sequences":[7]}' ''; do ask "$exporters/$name/dead-letters/$action" -d "$body"; done
            done
            ask -X POST "$exporters/$name/resume"
            ask -X POST "$exporters/$name/test"
            ask "$exporters/$name/test"
        done
        for coding in gzip br; do ask "$exporters/audit/pause" -H "Content-Encoding: $coding" -d x; done
        head -c 300000 /dev/zero | tr '\0' ' ' | ask "$exporters/audit/pause" --data-binary @-
        for path in '' '?x=1' /openlineage/unmapped '/openlineage/unmapped?x=1' /none/unmapped /openlineage; do
            ask "$URL/api/v1/receivers$path"
            ask -X POST "$URL/api/v1/receivers$path"
        done
        for path in /server_info /metrics /livez /readyz '/readyz?verbose' / /nothing /api/v1/openapi.json; do
            ask "$URL$path"
            ask -I "$URL$path"
            ask -X POST "$URL$path"
            ask "$URL$path" -H 'Host: evil.example'
        done
        ask "$URL/metrics" -H 'Accept: application/openmetrics-text'
        ask "$URL/livez?$(head -c 70000 /dev/zero | tr '\0' x)"
        ask "$URL"
        """#

    /// A page with one materialization.
    private static func page(
        kind: String = "materialization", time: String = "2026-11-23T19:00:00.123456Z",
        id: String = "0193b0a0-1111-7222-8333-444444444444", passed: String = "null"
    ) -> String {
        #"""
        {"events":[{"sequence":1,"event_id":"\#(id)","deployment":"default","kind":"\#(kind)","asset_key":["a"],"partition":null,
        "description":null,"data_version":null,"tags":{},"metadata":{},"check_name":null,"passed":\#(passed),"severity":null,
        "timestamp":"\#(time)","received_at":"2026-11-23T19:00:00.123456Z","reported_by":null}],"next":1}
        """#
    }

    /// An answer, and why it is not as the document says.
    struct Tampered: Sendable, CustomTestStringConvertible {
        var method = "GET"
        var target: String
        var status = 200
        var headers = #"{"Content-Type": "application/json"}"#
        var body: String
        var fault: String
        var testDescription: String { fault }
    }

    private static let refused = #"{"Content-Type": "application/json", "Assetlog-Answer": "refused"}"#
    private static let later = #"{"Content-Type": "application/json", "Assetlog-Answer": "later"}"#

    @Test(
        "does not fit an answer that differs from it",
        arguments: [
            Tampered(
                target: "/server_info", status: 418, headers: refused, body: "{}", fault: "get /server_info has no status 418"),
            Tampered(target: "/api/v1/events", status: 400, body: #"{"error":"x"}"#, fault: "400 without Assetlog-Answer"),
            Tampered(target: "/server_info", body: #"{"dagster_version":"1"}"#, fault: "is a required property"),
            Tampered(target: "/api/v1/events", body: #"{"events":[],"next":0,"more":1}"#, fault: "more"),
            Tampered(target: "/api/v1/events", body: #"{"events":[{"sequence":1}],"next":0}"#, fault: "is a required property"),
            Tampered(target: "/api/v1/events", body: #"{"events":[],"next":"0"}"#, fault: "is not of type 'integer'"),
            Tampered(target: "/api/v1/events", body: #"{"events":[],"next":NaN}"#, fault: "the body is not JSON"),
            Tampered(
                target: "/api/v1/events", status: 400, headers: refused, body: #"{"error":"x"}"#,
                fault: "400 as application/json"),
            Tampered(target: "/api/v1/nothing", body: "{}", fault: "200 for a path that is not in the document"),
            Tampered(method: "PUT", target: "/livez", body: "{}", fault: "200 for a method that /livez does not have"),
            Tampered(
                method: "PUT", target: "/livez", status: 405, headers: refused, body: #"{"error":"x"}"#,
                fault: "405 without Allow"),
            Tampered(
                method: "POST", target: "/report_asset_check/a/b", body: #"{"recorded":1}"#, fault: "'recorded' was unexpected"),
            Tampered(target: "/api/v1/events", body: page(kind: "voided"), fault: "'voided' is not one of"),
            Tampered(target: "/api/v1/events", body: page(time: "2026-11-23T19:00:00Z"), fault: "is not a 'date-time'"),
            Tampered(
                target: "/api/v1/events", body: page(id: "0193B0A0-1111-7222-8333-444444444444"), fault: "is not a 'uuid'"),
            Tampered(target: "/api/v1/events", body: page(passed: "true"), fault: "None was expected"),
            Tampered(
                method: "POST", target: "/report_asset_check/a", status: 503, headers: later, body: #"{"error":"x"}"#,
                fault: "503 without Retry-After"),
            Tampered(
                method: "POST", target: "/report_asset_check/a", headers: #"{"Content-Type":"application/json","Assetlog-Event-Id":"7"}"#,
                body: "{}", fault: "Assetlog-Event-Id"),
        ])
    func tampered(_ answer: Tampered) throws {
        let server = try ServerProcess()
        let exchanges = try Self.emptyDirectory()
        defer {
            server.stop()
            for directory in [server.directory, exchanges] { try? FileManager.default.removeItem(at: directory) }
        }
        let line = #"""
            {"method": "\#(answer.method)", "target": "\#(answer.target)", "status": \#(answer.status), "headers": \#(answer.headers), "body": "\#(Data(answer.body.utf8).base64EncodedString())"}
            """#
        try line.write(to: exchanges.appending(path: "tampered.jsonl"), atomically: true, encoding: .utf8)
        let verdict = try Self.judge(exchanges, by: try Self.document(of: server))
        #expect(verdict.status == 1)
        #expect(verdict.output.contains(answer.fault), "\(verdict.output)\(verdict.errors)")
        #expect(verdict.output.hasSuffix("0 answers fit, 1 do not\n"))
    }

    @Test("becomes a client that reports an event and reads it back")
    func client() throws {
        let script = ServerProcess.root.appending(path: "Tests/Long/generated").path
        let result = try run("python3", [script, "openapi-python-client"], environment: ["ASSETLOG": ServerProcess.binary.path])
        if result.status == 77 { try Test.cancel("\(result.output)") }
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("openapi-python-client: ok"), "\(result.output)")
    }
}
