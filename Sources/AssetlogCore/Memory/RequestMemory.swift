/// What a connection knows of memory about the request that it hands to the API.
package struct RequestMemory: Sendable {
    /// Paces the answer.
    package let flow: AnswerFlow
    /// Whether there was room for the request's body; false: it is to be refused, and its body is not read.
    package let hasRoom: Bool

    /// Makes the memory of a request.
    package init(flow: AnswerFlow = AnswerFlow(), hasRoom: Bool = true) {
        self.flow = flow
        self.hasRoom = hasRoom
    }
}
