internal import PeerID

/// The pages for browsers: the dashboard at `/`, and `/callback`, to which the authorization page can redirect.
enum Dashboard {
  /// The page for a request that accepts HTML; otherwise `nil`. Other requests for `/` get PeerID's 405.
  static func answer(_ request: HTTPRequest) -> HTTPAnswer? {
    guard request.isForInterface, request.method == "GET", request.header("Accept")?.contains("text/html") == true
    else {
      return nil
    }
    switch request.route {
    case "/": return page("PeerID sandbox", dashboardBody, script: dashboardScript)
    case "/callback": return page("Callback", callback(request), script: "")
    default: return nil
    }
  }

  private static func callback(_ request: HTTPRequest) -> String {
    let query = NestedParameters.parse(request.query).root
    let rows = query.members.map { key, value in
      "<tr><th>\(PermissionsPage.escaped(key))</th><td><code>\(PermissionsPage.escaped(value.string ?? ""))</code></td></tr>"
    }
    let meaning =
      query["code"] != nil
      ? "The user allowed the app. Exchange the code for a token pair with <code>POST /api/v1/auth/exchange</code>."
      : query["error"] != nil ? "The user refused." : "The address contains no code."
    return """
      <h1>Callback</h1>
      <p id="meaning">\(meaning)</p>
      <table id="parameters">\(rows.joined())</table>
      <p>Compare <code>state</code> with the one that your application sent. <a href="/">Dashboard</a></p>
      """
  }

  private static func page(_ title: String, _ body: String, script: String) -> HTTPAnswer {
    var answer = HTTPAnswer.html(
      200,
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title)</title>
      <link rel="icon" href="data:,">
      <style>
      body { font: 15px/1.45 system-ui, sans-serif; color: #1c2733; background: #eef2f5; margin: 0; padding: 1.5rem; }
      h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
      h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
      main { max-width: 76rem; margin: auto; }
      section { background: #fff; border-radius: .5rem; box-shadow: 0 1px 3px #0002; padding: 1rem; margin-top: 1rem;
        overflow-x: auto; }
      table { border-collapse: collapse; width: 100%; }
      th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #e3e9ee; vertical-align: top; }
      code { font-size: .85em; overflow-wrap: anywhere; }
      button { font: inherit; padding: .35rem .8rem; border: 1px solid #1769aa; border-radius: .25rem; background: #fff;
        color: #1769aa; cursor: pointer; margin: 0 .35rem .35rem 0; }
      button.danger { border-color: #8a1c12; color: #8a1c12; }
      td code.copy { cursor: copy; }
      .bad { color: #8a1c12; font-weight: 600; }
      .good { color: #17692e; }
      .muted { color: #5b6b7a; }
      </style>
      </head>
      <body>
      <main>
      \(body)
      </main>
      <script>\(script)</script>
      </body>
      </html>
      """
    )
    answer.headers = [("Cache-Control", "no-store")]
    return answer
  }

  private static let dashboardBody = """
    <h1>PeerID sandbox</h1>
    <p class="muted">A PeerID server on your own machine. <span id="chain"></span></p>
    <p class="muted">Click a secret, a token or an answer to copy it. <span id="copied" role="status"></span></p>
    <section>
    <h2>Faults</h2>
    <p id="buttons"></p>
    <p class="muted"><span id="faults"></span> <span id="settings"></span></p>
    <p id="message" role="status"></p>
    </section>
    <section><h2>Requests</h2><table id="requests"></table></section>
    <section><h2>Executed operations</h2><table id="executed"></table></section>
    <section><h2>Sessions</h2><table id="sessions"></table></section>
    <section><h2>Users</h2><table id="users"></table></section>
    <section><h2>Applications</h2><table id="apps"></table></section>
    <p class="muted">The same as JSON: <a href="/sandbox/state">/sandbox/state</a></p>
    """

  /// Strings from the state are inserted with `textContent`, so they are never interpreted as HTML.
  private static let dashboardScript = #"""
    "use strict";
    const operations = "/api/v1/app/operations";
    const buttons = [
      ["Expire all access tokens", "expire", {}],
      ["Lose the next operation's answer", "faults", {kind: "drop_after", path: operations}],
      ["Lose the next operation before the chain", "faults", {kind: "lose_before_chain", path: operations}],
      ["Hold the next operation in the pool", "faults", {kind: "hold_in_pool", path: operations}],
      ["Answer the next operation late (5 s)", "faults", {kind: "delay_after", ms: 5000, path: operations}],
      ["Let the chain refuse the next operation", "faults", {kind: "refuse_on_chain", path: operations}],
      ["Answer the next request with 503", "faults", {kind: "status", status: 503, headers: {"Retry-After": "1"}}],
      ["Save refreshed tokens late (2 s)", "settings", {save_delay_ms: 2000}],
      ["Remove all faults", "faults", {clear: true}],
      ["Reset", "reset", null],
    ];
    const byID = (id) => document.getElementById(id);
    async function post(name, body, label) {
      const answer = await fetch("/sandbox/" + name, {method: "POST", body: body ? JSON.stringify(body) : undefined});
      const json = await answer.json();
      byID("message").textContent = answer.ok ? label + ": done" : label + ": " + json.error;
      await refresh();
    }
    for (const [label, name, body] of buttons) {
      const button = document.createElement("button");
      button.textContent = label;
      button.dataset.control = name;
      if (name === "reset") button.className = "danger";
      button.onclick = () => post(name, body, label);
      byID("buttons").append(button);
    }
    function cell(content) {
      const cell = document.createElement("td");
      if (content instanceof Node) cell.append(content); else cell.textContent = content ?? "";
      return cell;
    }
    function code(text, shown) {
      const element = document.createElement("code");
      element.className = "copy";
      element.title = text;
      element.textContent = shown ?? text;
      element.onclick = () => copy(element, text);
      return element;
    }
    // Browsers allow only pages of this machine to use the clipboard; for other pages the text is selected.
    async function copy(element, text) {
      try {
        await navigator.clipboard.writeText(text);
        byID("copied").textContent = "Copied: " + short(text) + ".";
      } catch {
        element.textContent = text;
        getSelection().selectAllChildren(element);
        byID("copied").textContent = "Selected; press Ctrl-C to copy.";
      }
    }
    function styled(text, style) {
      const element = document.createElement("span");
      element.className = style;
      element.textContent = text;
      return element;
    }
    function link(address, text) {
      const element = document.createElement("a");
      element.href = address;
      element.textContent = text;
      return element;
    }
    function fill(id, heads, rows) {
      const head = document.createElement("tr");
      head.append(...heads.map((text) => Object.assign(document.createElement("th"), {textContent: text})));
      byID(id).replaceChildren(head, ...rows.map((row) => {
        const line = document.createElement("tr");
        line.append(...row.map(cell));
        return line;
      }));
    }
    const short = (token) => token.length > 28 ? token.slice(0, 24) + "…" : token;
    async function refresh() {
      const state = await (await fetch("/sandbox/state")).json();
      byID("chain").textContent = "Block " + state.chain.head_block_number + ", irreversible up to " +
        state.chain.last_irreversible_block_num + ", " + state.waiting + " in the pool.";
      byID("faults").textContent = state.faults.length
        ? "To come: " + state.faults.map((fault) => fault.kind + " " + fault.path + " ×" + fault.times).join(", ") + "."
        : "No faults to come.";
      byID("settings").textContent = "Refreshed tokens are saved after " + state.settings.save_delay_ms + " ms" +
        (state.settings.chain_refusal ? "; the chain refuses: " + state.settings.chain_refusal : "") + ".";
      fill("requests", ["#", "Time", "Request", "Status", "Fault", "Answer"], state.requests.map((request) => [
        request.sequence, request.time.slice(11, 23), request.method + " " + request.path,
        styled((request.status ?? "no answer") + (request.delivered === false && request.status ? ", lost" : ""),
          request.status < 400 && request.delivered !== false ? "good" : "bad"),
        request.fault ? styled(request.fault, "bad") : "", request.answer ? code(request.answer, short(request.answer)) : ""]));
      fill("executed", ["Operation", "User", "App", "Block", "Transaction"], state.executed.map((entry) => [
        entry.op_name, entry.user, entry.app, entry.block_num, code(entry.transaction_id)]));
      fill("sessions", ["User", "App", "Access token", "Refresh token", "Expires"], state.sessions.map((session) => [
        session.user, session.app, code(session.access_token, short(session.access_token)),
        code(session.refresh_token, short(session.refresh_token)),
        styled(session.expired ? "expired" : session.expires, session.expired ? "bad" : "")]));
      fill("users", ["Name", "Password", "E-mail", "Account", ""], state.users.map((user) => [
        user.username, user.password ? code(user.password) : "", user.email,
        user.account + " " + user.account_name, user.permission ? "" : "without permission"]));
      const callback = encodeURIComponent(location.origin + "/callback");
      fill("apps", ["Client id", "Secret", "Name", "Operations", "Consent"], state.apps.map((app) => [
        app.client_id, code(app.client_secret), app.name, app.operations.length,
        link(state.authorization_page + "?client_id=" + app.client_id + "&redirect_uri=" + callback + "&state=demo",
          "open the consent page")]));
    }
    const watch = () => refresh().catch(() => byID("chain").textContent = "The sandbox does not answer: is it still running?");
    watch();
    setInterval(watch, 1000);
    """#
}
