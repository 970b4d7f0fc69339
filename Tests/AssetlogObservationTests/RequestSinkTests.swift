import AssetlogObservation
import Testing

struct RequestSinkTests {
    @Test("A record that nobody wants is not made")
    func unwanted() {
        var isMade = false
        NoRequestSink().answered(status: 200) {
            isMade = true
            return AccessRecord(nanoseconds: 1, method: "GET", path: "/", route: "page", status: 200)
        }
        #expect(!isMade)
    }
}
