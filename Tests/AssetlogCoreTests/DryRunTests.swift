import AssetlogCore
import Testing

@Suite("The parameter of a dry run")
struct DryRunTests {
    @Test(
        "is found under its name, also in percent-encoding, and never overlooked when it is unclear",
        arguments: [
            ("", .notAsked), ("dry_run=true", .asked), ("dry_run=false", .notAsked), ("dry_run", .unclear), ("dry_run=1", .unclear),
            ("dry_run=", .unclear), ("dry_run=True", .unclear), ("dry_run=%74rue", .unclear), ("dry%5Frun=true", .asked),
            ("%64ry_run=true", .asked), ("%64%72%79%5f%72%75%6e=true", .asked), ("dry_runs=true", .notAsked),
            ("xdry_run=true", .notAsked), ("partition=a&dry_run=true", .asked), ("dry_run=true&partition=a", .asked),
            ("dry_run=true&dry_run=true", .asked), ("dry_run=true&dry_run=false", .unclear), ("dry_run=false&dry%5Frun=true", .unclear),
            ("&&dry_run=true&", .asked), ("description=dry_run=true", .notAsked),
        ] as [(String, ReportRoute.DryRun)])
    func values(_ query: String, dryRun: ReportRoute.DryRun) {
        #expect(Array(query.utf8).withUnsafeBytes { ReportRoute.dryRun($0) } == dryRun)
    }
}
