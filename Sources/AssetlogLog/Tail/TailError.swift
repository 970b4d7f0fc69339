/// Why nobody can watch the log from a sequence.
package struct TailError: Error, CustomStringConvertible {
    /// The sequence that was asked for.
    package let position: Int64
    /// The end of the log.
    package let head: Int64

    /// What is wrong and what to do, as a sentence.
    package var description: String {
        "The log ends at the sequence \(head), before \(position): it may be another log, or one restored from a backup."
            + " Start without a sequence, or with one of this log."
    }
}
