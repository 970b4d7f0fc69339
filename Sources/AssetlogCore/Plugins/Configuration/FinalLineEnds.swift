extension String {
    /// The text without the line ends at its end, which come with what was read from a file or the output of a command.
    package var withoutFinalLineEnds: String {
        String(decoding: utf8.reversed().drop { $0 == 0x0a || $0 == 0x0d }.reversed(), as: UTF8.self)
    }
}
