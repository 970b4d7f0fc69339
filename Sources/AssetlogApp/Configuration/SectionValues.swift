import AssetlogCore

/// The checked values of one of the server's own sections. A value that is refused is noted, and the check continues with the
/// default, so that the operator sees every mistake at once.
struct SectionValues {
    private let values: PluginConfiguration
    private let problems: ConfigurationProblems

    init(_ values: PluginConfiguration, problems: ConfigurationProblems) {
        self.values = values
        self.problems = problems
    }

    /// The value of a key, or its fallback after noting what is wrong.
    subscript<Value>(key: ServerKey<Value>) -> Value {
        problems.collect { try values[key.key] } ?? key.fallback
    }

    /// Notes what is wrong with the value of a key, to follow the key in a sentence.
    func refuse(_ key: any DeclaredKey, _ problem: String) {
        problems.note(values.error(key, problem))
    }

    /// Notes an error that is not about the value of a whole key.
    func note(_ error: ConfigurationError) {
        problems.note(error)
    }

    /// How many mistakes are known, in any section.
    var problemCount: Int { problems.errors.count }
}
