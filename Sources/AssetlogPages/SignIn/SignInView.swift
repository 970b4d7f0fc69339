/// The form in which a person shows a token.
struct SignInView {
    /// Where to go afterwards; nil: home.
    var next: ReturnPath?
    /// The hidden field that protects the form.
    var field: HTML
    /// Why the last attempt has failed; nil: it is the first.
    var problem: String?

    /// The form; the token is never in it.
    func html(base: String) -> HTML {
        let alert = problem.map { problem -> HTML in "<p class=\"notice bad\" role=\"alert\" id=\"problem\">\(problem)</p>" }
        let target = next.map { next -> HTML in "<input type=\"hidden\" name=\"next\" value=\"\(next.text)\">" }
        let description: HTML? = problem == nil ? nil : " aria-describedby=\"problem\" aria-invalid=\"true\""
        return """
            \(alert)<form class="sign-in" method="post" action="\(base)/sign-in">
            \(field)\(target)
            <p><label for="token">Token</label>
            <input id="token" name="token" type="password" autocomplete="current-password" spellcheck="false" autocapitalize="none" \
            required autofocus\(description)></p>
            <p><button type="submit">Sign in</button></p>
            </form>
            <p class="hint">A token shows what it may read. <code>assetlog token create</code> creates one. You stay signed in for at \
            most 12 hours, and only as long as the token is valid.</p>
            """
    }
}
