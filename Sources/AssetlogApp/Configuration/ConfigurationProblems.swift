import AssetlogCore

/// Collects mistakes, so that the operator sees all of them at once. Confined to one check.
final class ConfigurationProblems {
    private(set) var errors: [ConfigurationError] = []
    /// Finds the place of a key, for errors that don't carry one.
    var place: (String) -> String? = { _ in nil }

    func note(_ error: ConfigurationError) {
        var error = error
        error.place = error.place ?? place(error.key)
        errors.append(error)
    }

    /// Notes the error of a piece of work; its result is nil then.
    @discardableResult
    func collect<Value>(_ body: () throws -> Value) -> Value? {
        do {
            return try body()
        } catch let error as ConfigurationError {
            note(error)
        } catch {
            note(ConfigurationError("the configuration", "\(error)"))
        }
        return nil
    }

    /// The whole number of a key; one out of range is noted.
    func integer(_ name: String, of section: PluginConfiguration, atLeast minimum: Int) -> Int {
        let number = section.integer(name)
        if number < minimum || number > Int32.max {
            note(section.error(name, "must be from \(minimum) to \(Int32.max), not \(number)"))
        }
        return number
    }

    /// - Throws: ``ConfigurationErrors`` when there is any.
    func throwIfAny() throws {
        guard !errors.isEmpty else { return }
        throw ConfigurationErrors(sentences: errors.map(\.description))
    }
}
