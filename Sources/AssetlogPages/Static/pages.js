"use strict";
// Everything on the pages works without this file. It keeps a page up to date, searches as one types, and shows times in the
// reader's zone.
(() => {
  const main = document.getElementById("main");
  const notice = document.getElementById("connection");

  // MARK: Times

  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

  function ago(milliseconds) {
    const seconds = Math.floor(milliseconds / 1000);
    if (seconds < -5) return "in the future";
    if (seconds < 5) return "just now";
    if (seconds < 60) return seconds + " s ago";
    if (seconds < 3600) return Math.floor(seconds / 60) + " min ago";
    if (seconds < 86400) return Math.floor(seconds / 3600) + " h ago";
    if (seconds < 172800) return "yesterday";
    if (seconds < 2592000) return Math.floor(seconds / 86400) + " days ago";
    return null;
  }

  function showTimes(root) {
    for (const element of root.querySelectorAll("time[datetime]")) {
      const time = new Date(element.dateTime);
      if (isNaN(time)) continue;
      const utc = element.dateTime.slice(0, 19).replace("T", " ") + " UTC";
      element.title = exact.format(time) + " (" + utc + ")";
      if (!element.hasAttribute("data-ago")) continue;
      const text = ago(Date.now() - time) ?? exact.format(time);
      if (element.textContent !== text) element.textContent = text;
    }
  }

  // MARK: Changing what is shown without losing focus, scroll or what is open

  // What the reader has opened or typed is not the page's to change.
  const kept = { DETAILS: ["open"], INPUT: ["value", "checked"], SELECT: ["value"] };

  function sameKind(a, b) {
    return a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id || "") === (b.id || "");
  }

  function morph(before, after) {
    if (before.isEqualNode(after)) return;
    if (before.nodeType === Node.TEXT_NODE) {
      before.data = after.data;
      return;
    }
    if (before.nodeName === "FORM") return;
    const keep = kept[before.nodeName] ?? [];
    for (const { name } of [...before.attributes]) {
      if (!after.hasAttribute(name) && !keep.includes(name)) before.removeAttribute(name);
    }
    for (const { name, value } of [...after.attributes]) {
      if (before.getAttribute(name) !== value && !keep.includes(name)) before.setAttribute(name, value);
    }
    morphChildren(before, after);
  }

  function morphChildren(before, after) {
    const named = new Map([...before.children].filter((child) => child.id).map((child) => [child.id, child]));
    let current = before.firstChild;
    for (const wanted of [...after.childNodes]) {
      const known = wanted.id ? named.get(wanted.id) : null;
      if (known && known !== current) before.insertBefore(known, current);
      else if (!known && (!current || !sameKind(current, wanted))) {
        before.insertBefore(document.importNode(wanted, true), current);
        continue;
      }
      const node = known ?? current;
      current = node.nextSibling;
      morph(node, wanted);
    }
    while (current) {
      const next = current.nextSibling;
      current.remove();
      current = next;
    }
  }

  // The last sequence that the stream has brought.
  let newest = 0;

  // The page as it would be now. What the reader asked for later wins.
  let asked = 0;
  async function load(url) {
    const number = ++asked;
    // The page is to contain what made it out of date.
    const headers = { Accept: "text/html", "Assetlog-Min-Sequence": newest };
    const answer = await fetch(url, { headers, cache: "no-cache" });
    // What can't be had now is no reason to take away what is there.
    if (answer.status >= 500 || answer.status === 429) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById("main");
    if (number !== asked || !found || answer.redirected) {
      if (answer.redirected && number === asked) location.assign(answer.url);
      return null;
    }
    showTimes(found);
    morph(main, found);
    document.title = page.title;
    return found;
  }

  // MARK: Live

  const shortest = 1000;
  let source = null;
  let last = 0;
  let timer = null;
  let retry = null;
  let events = 0;

  function shown() {
    return Number(main.dataset.asOf || 0);
  }

  function refreshSoon() {
    if (timer || document.hidden) return;
    timer = setTimeout(refresh, Math.max(50, last + shortest - Date.now()));
  }

  async function refresh() {
    const begin = Date.now();
    try {
      await load(location.href);
    } catch {
      // The stream notices it too, and says so.
    }
    // A page that takes long is asked for less often.
    last = Date.now() + Math.min(30000, 4 * (Date.now() - begin));
    timer = null;
    if (newest > shown()) refreshSoon();
  }

  // Browsers allow six connections to a server: of many windows four follow the log, and the others ask now and then.
  const streams = 4;
  const pollInterval = 3000;
  let giveBack = null;
  let connecting = false;

  async function hasPlace() {
    if (giveBack || !navigator.locks) return true;
    for (let number = 0; number < streams && !giveBack; number++) {
      await new Promise((decided) => {
        navigator.locks.request("assetlog-stream-" + number, { ifAvailable: true }, (lock) => {
          if (!lock) return decided();
          const held = new Promise((release) => (giveBack = release));
          decided();
          return held;
        });
      });
    }
    return giveBack !== null;
  }

  async function connect() {
    retry = null;
    if (source || connecting || document.hidden || !main.dataset.stream) return;
    connecting = true;
    const isAllowed = await hasPlace();
    connecting = false;
    if (document.hidden) return disconnect();
    if (!isAllowed) {
      refreshSoon();
      retry ??= setTimeout(connect, pollInterval);
      return;
    }
    source = new EventSource(main.dataset.stream);
    source.addEventListener("open", () => {
      if (!notice.hidden) refreshSoon();
      notice.hidden = true;
    });
    source.addEventListener("event", (event) => {
      newest = Math.max(newest, Number(event.lastEventId));
      events += 1;
      if (newest > shown()) refreshSoon();
    });
    source.addEventListener("error", () => {
      if (!source) return;
      notice.hidden = false;
      if (source.readyState === EventSource.CLOSED) {
        // It may be that the session has ended: then the page leads to where one signs in.
        disconnect();
        refreshSoon();
        retry = setTimeout(connect, 2000);
      }
    });
  }

  function disconnect() {
    clearTimeout(retry);
    retry = null;
    source?.close();
    source = null;
    giveBack?.();
    giveBack = null;
  }

  // Under very many events a page needs to know that there are some, not each of them.
  setInterval(() => {
    if (events > 100 && source) {
      disconnect();
      retry = setTimeout(() => {
        refreshSoon();
        connect();
      }, 2000);
    }
    events = 0;
    showTimes(document);
  }, 1000);

  // Browsers allow few connections to a server: a tab that nobody sees needs none.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return disconnect();
    refreshSoon();
    connect();
  });
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    refreshSoon();
    connect();
  });

  // MARK: Search

  function search(form) {
    const fields = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...fields]) if (!value) fields.delete(name);
    const text = fields.toString();
    const url = form.getAttribute("action") + (text ? "?" + text : "");
    history.replaceState(null, "", url);
    load(url).catch(() => form.submit());
  }

  for (const form of document.querySelectorAll("form[data-search]")) {
    let pause = null;
    form.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(() => search(form), 200);
    });
  }

  // The menus close like others do.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  showTimes(document);
  connect();
})();
