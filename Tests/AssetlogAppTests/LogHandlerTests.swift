import AssetlogCore
import Logging
import Testing

@testable import AssetlogApp

@Suite("Messages on standard error")
struct LogHandlerTests {
    private func line(_ format: LogSettings.Format, _ message: Logger.Message, _ fields: [(String, String)]) -> String {
        let handler = StandardErrorLogHandler(
            label: "assetlog.http", settings: LogSettings(level: .info, format: format),
            output: MessageOutput(LogSettings(level: .info, format: format)))
        let event = LogEvent(
            level: .warning, message: message, error: nil, metadata: nil, source: "x", file: "f", function: "g", line: 1
        )
        return handler.line(event, fields, at: Timestamp(microseconds: 0))
    }

    @Test("Text is one line with fields behind the message")
    func text() {
        #expect(
            line(.text, "It went wrong.", [("a", "plain"), ("b", "two words"), ("c", "")])
                == "1970-01-01T00:00:00.000000Z warning assetlog.http: It went wrong. a=plain b=\"two words\" c=\"\"")
    }

    @Test("JSON is one object with fields of their own")
    func json() {
        #expect(
            line(.json, "It went wrong.", [("message", "a \"b\"")])
                == #"{"time":"1970-01-01T00:00:00.000000Z","level":"warning","logger":"assetlog.http","message":"It went wrong.","fields":{"message":"a \"b\""}}"#
        )
    }

    @Test("What a stranger sends can't start a line or a field", arguments: [LogSettings.Format.text, .json])
    func injection(_ format: LogSettings.Format) {
        let text = line(format, "m", [("path", "/x\n1970 info y: z level=\u{1B}[31m\u{85}\u{2028}\"")])
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 || [0x85, 0x2028].contains($0.value) })
        #expect(text.contains("\\u001b"))
    }
}
