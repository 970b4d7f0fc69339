/// The form that wipes an asset, or the partition whose events are shown.
struct WipeForm {
    let frame: AssetFrame
    /// The hidden fields.
    let fields: HTML

    /// Nil: this part of the page has none.
    var html: HTML? {
        switch (frame.query.view, frame.query.partition) {
        case (.overview, _):
            section(
                "Wipe this asset", "All that was reported of it so far counts no more: it leaves the lists until its next event.",
                action: frame.links.asset(frame.query.key), confirm: "Wipe this asset")
        case (.events, let partition?):
            section(
                "Wipe this partition", "All that was reported of it so far counts no more.",
                action: frame.href(.events, [("partition", partition)]), confirm: "Wipe this partition")
        default: nil
        }
    }

    private func section(_ title: String, _ text: String, action: String, confirm: String) -> HTML {
        """
        <section class="wide" aria-labelledby="wipe"><details><summary><h2 id="wipe">\(title)</h2></summary>
        <p>\(text) The events stay readable. This can’t be undone.</p>
        \(CorrectionForm.html(action: action, fields: fields, confirm: confirm, button: "Wipe"))</details></section>
        """
    }
}
