import Foundation
import Testing

extension Process {
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
