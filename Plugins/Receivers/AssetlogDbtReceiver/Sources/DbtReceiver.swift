public import AssetlogCore
import AssetlogResults

extension ReceiverPlugin {
    /// The receiver `dbt`: the result files of dbt, uploaded as a form.
    public static let dbtReceiver = ReceiverPlugin(
        name: "dbt", summary: "Takes the result files of dbt.", stability: .beta, keys: [],
        configure: { _ in
            let route = ReceiverRoute(
                "/api/v1/dbt", bodies: [ReceiverRoute.Body("multipart/form-data", .single)], maximumElementBytes: 64 << 20)
            return ReceiverSetup(routes: [route], receiver: DbtReceiver())
        })
}

/// Reads a form whose fields are the files of dbt's target directory.
struct DbtReceiver: Receiver {
    /// The field with the parts that come before every asset key.
    static let prefixField = "key_prefix"

    func read(_ element: ReceivedElement, found: [EventID: Event]) -> ReceivedReading {
        do {
            let form = try FormData(element.body, contentType: element.contentType ?? "")
            let (files, options) = try Self.contents(of: form)
            let reading = try DbtReader.read(files, options)
            return ReceivedReading(items: reading.items, unmapped: reading.unmapped)
        } catch {
            return .refused("\(error)")
        }
    }

    private static func contents(of form: FormData) throws -> (DbtFiles, ResultOptions) {
        var (files, options) = (DbtFiles(), ResultOptions())
        for field in form.fields {
            if let name = DbtFiles.Name(rawValue: field.name) {
                files[name] = Array(form.body[field.content])
            } else if field.name == prefixField {
                options.keyPrefix = try keyPrefix(form.body[field.content])
            } else {
                let names = DbtFiles.Name.allCases.map(\.rawValue).joined(separator: ", ")
                throw FormDataError("The form has the field \(field.name); the fields are \(names) and \(prefixField).")
            }
        }
        return (files, options)
    }

    private static func keyPrefix(_ bytes: ArraySlice<UInt8>) throws -> [String] {
        let text = String(decoding: bytes.prefix(1024), as: UTF8.self)
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard bytes.count <= 1024, !parts.contains("") else {
            throw FormDataError("The field \(prefixField) must be parts with slashes between them, such as warehouse/core.")
        }
        return parts
    }
}
