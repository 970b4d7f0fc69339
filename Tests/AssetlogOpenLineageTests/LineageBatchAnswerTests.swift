import AssetlogOpenLineage
import Testing

struct LineageBatchAnswerTests {
    @Test("a success has no failures")
    func success() {
        let json = #"{"status": "success", "summary": {"received": 2, "successful": 2, "failed": 0}, "failed_events": []}"#
        #expect(LineageBatchAnswer(json: Array(json.utf8)) == LineageBatchAnswer(isSuccess: true, failures: []))
    }

    @Test("failures are read with what the answer says of each")
    func failures() {
        let json = #"""
            {"status": "partial_success", "summary": {}, "failed_events": [
              {"index": 1, "reason": "no \"namespace\"", "retriable": false}, {"index": 0, "retriable": true}, {"index": 7},
              {"reason": "somewhere"}, "other"]}
            """#
        let expected = [
            LineageBatchAnswer.Failure(index: 1, reason: "no \"namespace\"", isRetriable: false),
            LineageBatchAnswer.Failure(index: 0, reason: "no reason was given", isRetriable: true),
            LineageBatchAnswer.Failure(index: 7, reason: "no reason was given", isRetriable: true),
        ]
        #expect(LineageBatchAnswer(json: Array(json.utf8)) == LineageBatchAnswer(isSuccess: false, failures: expected))
    }

    @Test("what is no such answer is none", arguments: ["", "[]", "OK", "{}", #"{"status": 1}"#, #"{"status": "success""#])
    func nothing(text: String) {
        #expect(LineageBatchAnswer(json: Array(text.utf8)) == nil)
    }
}
