import Testing

@testable import AssetlogCore

@Suite("The date of an answer")
struct HTTPDateTests {
    @Test(
        "has the form that HTTP asks for",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (951_825_600, "Tue, 29 Feb 2000 12:00:00 GMT"),
        ] as [(Int64, String)])
    func text(_ seconds: Int64, text: String) {
        #expect(HTTPDate.text(of: Timestamp(microseconds: seconds * 1_000_000)) == text)
    }
}
