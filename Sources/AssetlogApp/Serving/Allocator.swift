#if canImport(Glibc)
internal import CAllocator
#endif

/// The settings of the C library's memory allocator.
enum Allocator {
    /// Keeps freed memory from staying with the process.
    ///
    /// By itself glibc has eight arenas for each processor, and after the first large block that is freed it serves blocks of
    /// up to 32 MiB from them, where one small block in use keeps the whole of it. Then the memory of the process is no longer
    /// bounded by what is in use. Settings in the environment (`MALLOC_ARENA_MAX` and the like) win.
    static func boundFreeMemory(environment: [String: String]) {
        #if canImport(Glibc)
        let settings: [(name: String, parameter: Int32, value: Int32)] = [
            ("MALLOC_ARENA_MAX", M_ARENA_MAX, 4),
            ("MALLOC_MMAP_THRESHOLD_", M_MMAP_THRESHOLD, 128 << 10),
            ("MALLOC_TRIM_THRESHOLD_", M_TRIM_THRESHOLD, 1 << 20),
        ]
        for setting in settings where environment[setting.name] == nil { _ = mallopt(setting.parameter, setting.value) }
        #endif
    }

    /// Gives back what is free between blocks that are in use; it may take some milliseconds.
    ///
    /// By itself glibc gives back only what is free at the end of an arena.
    static func trim() {
        #if canImport(Glibc)
        _ = malloc_trim(0)
        #endif
    }
}
