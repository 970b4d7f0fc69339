import AssetlogWeb
import HTTPTypes

/// The form of a void or a wipe: why, and a box that confirms it.
struct CorrectionForm {
    /// Why something counts no more.
    let reason: String

    /// Reads what was sent.
    ///
    /// - Parameter verb: What was not done where the form is not filled in: `voided`.
    /// - Throws: ``RequestError`` with the status 400.
    init(_ fields: FormFields, verb: String) throws(RequestError) {
        reason = fields["reason"] ?? ""
        guard fields["confirm"] == "yes" else {
            throw Self.problem("Nothing was \(verb): the box that confirms it was not checked. Go back, and check it.")
        }
        guard !reason.allSatisfy(\.isWhitespace) else {
            throw Self.problem("Nothing was \(verb): the reason is missing. Go back, and say why.")
        }
    }

    private static func problem(_ detail: String) -> RequestError { RequestError(status: .badRequest, detail: detail) }

    /// The form.
    ///
    /// - Parameters:
    ///   - fields: Its hidden fields.
    ///   - confirm: What the box confirms.
    static func html(action: String, fields: HTML, confirm: String, button: String) -> HTML {
        """
        <form class="stacked" method="post" action="\(action)">\(fields)
        <label><span class="label">Reason</span><input type="text" name="reason" required maxlength="1000" autocomplete="off"></label>
        <label class="check"><input type="checkbox" name="confirm" value="yes" required> \(confirm)</label>
        <button type="submit" class="danger">\(button)</button></form>
        """
    }
}
