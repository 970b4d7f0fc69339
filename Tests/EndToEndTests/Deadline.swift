import Foundation
import Testing

extension Process {
    /// Starts the process with files as its output that do not stay open here. Foundation does not close the handles of a process, and
    /// a test run of this target once crashed with 2,300 of them.
    func run(writingTo output: URL? = nil, errorsTo errors: URL? = nil) throws {
        let handles = try [output, errors].map { try $0.map { try FileHandle(forWritingTo: $0) } }
        defer { for handle in handles { try? handle?.close() } }
        if let handle = handles[0] { standardOutput = handle }
        if let handle = handles[1] { standardError = handle }
        try run()
    }

    /// Waits for the end of the process, and kills one that has not ended after some seconds: a test that hangs says
    /// nothing, and keeps all others from saying what they found.
    func waitUntilExit(within seconds: Double, _ location: SourceLocation = #_sourceLocation) {
        let end = Date.now + seconds
        while isRunning, Date.now < end { usleep(2000) }
        guard isRunning else { return }
        let command = ([executableURL?.path ?? ""] + (arguments ?? [])).joined(separator: " ")
        let state = (try? String(contentsOfFile: "/proc/\(processIdentifier)/status", encoding: .utf8)) ?? "no such process"
        Issue.record("\(command) has not ended after \(Int(seconds)) s: \(state)", sourceLocation: location)
        kill(processIdentifier, SIGKILL)
        waitUntilExit()
    }
}
