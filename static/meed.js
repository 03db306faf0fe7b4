/*
 * meed.js: remembers who sent a visitor to this shop, and tells Meed of the visit.
 *
 *   <script async src="https://meed.example/meed.js" data-program="PROGRAM-ID"></script>
 *
 *   data-require-consent   nothing is stored or sent before Meed.consent(true)
 *   data-click-param       the program's own parameter for the click id, where it has one
 *
 *   Meed.getRef()          {ref, program}, or null
 *   Meed.getClick()        the click's id for the checkout to send along, or null
 *   Meed.consent(yes)      what the visitor decided; false forgets all
 *   event "meed"           on window: who sent the visitor is known; again with the click's id
 *
 * Before the script has loaded: (window.Meed = window.Meed || []).push(["consent", true]).
 * Browsers that send Sec-GPC are left alone: nothing is stored, nothing sent.
 */
(() => {
  "use strict";
  const KEY = "meed", DAY = 864e5, KEPT = 90 * DAY, VISIT = 18e5, TRIES = 3;
  const UUID = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;
  const tag = document.currentScript || document.querySelector("script[data-program]");
  if (!tag) return;
  const program = tag.dataset.program || "";
  const home = new URL(tag.src, location).origin;
  // A page's calls from before, or what pixel.js made of them.
  const Meed = window.Meed = window.AffiHub = Array.isArray(window.Meed)
    ? { later: window.Meed } : window.Meed || {};
  Meed.later ||= [];

  // What is known of the visitor: {ref, program, ts, landing, seen, click, token, visitor, tries}.
  let known = null;
  let granted = !("requireConsent" in tag.dataset);
  const unwanted = navigator.globalPrivacyControl === true;

  // Storage may be blocked, full or cleared at any time: then a cookie, then this page alone.
  const cookie = (value, seconds) => {
    try {
      document.cookie = `${KEY}=${encodeURIComponent(value)};path=/;max-age=${seconds};SameSite=Lax`
        + (location.protocol === "https:" ? ";Secure" : "");
    } catch {}
  };
  const read = () => {
    let text = null;
    try { text = localStorage.getItem(KEY); } catch {}
    try {
      text ||= decodeURIComponent((`; ${document.cookie}`.split(`; ${KEY}=`)[1] || "").split(";")[0]);
      const found = JSON.parse(text);
      return found && found.program === program && Date.now() - found.seen < KEPT ? found : null;
    } catch { return null; }
  };
  const write = () => {
    const text = JSON.stringify(known);
    try {
      localStorage.setItem(KEY, text);
      if (localStorage.getItem(KEY) === text) return;
    } catch {}
    cookie(text, KEPT / 1e3);
  };
  const announce = () => window.dispatchEvent(new Event("meed"));
  const forget = () => {
    known = null;
    try { localStorage.removeItem(KEY); } catch {}
    cookie("", 0);
  };

  // Tells Meed; the answer brings the click's id. Without one the next page tries again.
  const tell = (prev) => {
    const told = known;
    const body = JSON.stringify({ program, ref: told.ref, landing: told.landing,
      referrer: told.referrer, visitor: told.visitor, prev });
    const url = `${home}/track/click`;
    told.tries = (told.tries || 0) + 1;
    write();
    if (!window.fetch) {
      told.tries = TRIES;
      navigator.sendBeacon && navigator.sendBeacon(url, body);
      return;
    }
    fetch(url, { method: "POST", body, keepalive: true, credentials: "include" })
      .then((answer) => {
        if (answer.status < 500 && answer.status !== 429) told.tries = TRIES;
        return answer.status === 201 ? answer.json() : {};
      })
      .then((answer) => {
        if (known !== told) return;
        if (answer.click_id) {
          told.click = answer.click_id;
          told.visitor = answer.visitor_id;
        }
        write();
        announce();
      }).catch(() => {});
  };

  // What the address of this page tells, taken before the shop's own scripts rewrite it.
  const query = new URLSearchParams(location.search);
  const ref = (query.get("ref") || "").trim().slice(0, 80);
  const click = ["meed_click", "pcps_click", "click_id", tag.dataset.clickParam || ""]
    .map((name) => query.get(name)).find((value) => UUID.test(value)) || "";
  const token = click && (query.get("meed_token") || "").slice(0, 60);
  const landing = location.href.split("#")[0].slice(0, 1500);
  const referrer = document.referrer.slice(0, 500);

  const begin = () => {
    const now = Date.now(), before = read();
    known = before;
    // A reload, or one more page with the same ref, is no new visit.
    const again = before && (click ? before.click === click
      : before.ref === ref && before.click && now - before.seen < VISIT);
    if ((ref || click) && !again) {
      known = { ref, program, ts: now, landing, referrer, seen: now };
      if (before && before.visitor) known.visitor = before.visitor;
      if (click) known.click = click;
      if (token) known.token = token;
    }
    if (!known) return;
    known.seen = now;
    write();
    // The page may still be on its way to its listeners.
    setTimeout(announce);
    if (known.ref && !known.click && (known.tries || 0) < TRIES)
      tell(before && before !== known ? before.click : undefined);
  };
  const allowed = () => granted && !unwanted;
  const current = () => {
    if (!allowed()) return null;
    const stored = read();
    if (stored) return stored;
    return known && Date.now() - known.seen < KEPT && !wasStored() ? known : null;
  };
  // Where storage works, what is gone from it is gone; where it doesn't, this page remembers.
  const wasStored = () => {
    try {
      localStorage.setItem(`${KEY}_`, 1);
      localStorage.removeItem(`${KEY}_`);
      return true;
    } catch {}
    try {
      cookie("", 1);
      return /(^|; )meed=/.test(document.cookie);
    } catch { return false; }
  };

  const others = Meed.consent;
  Meed.getRef = () => {
    const it = current();
    return it && it.ref ? { ref: it.ref, program: it.program } : null;
  };
  Meed.getClick = () => {
    const it = current();
    return it && it.click || null;
  };
  Meed.consent = (yes) => {
    if (others) others(yes);
    Meed.consented = !!yes;
    if (!yes) {
      granted = false;
      forget();
    } else if (!granted) {
      granted = true;
      if (!unwanted) begin();
    }
  };
  Meed.push = (call) => Meed[call[0]] ? Meed[call[0]](...call.slice(1)) : Meed.later.push(call);

  if (unwanted || Meed.consented === false) forget();
  else {
    // What was kept on an earlier page was allowed there.
    granted ||= Meed.consented || read() !== null;
    if (granted) begin();
  }
  Meed.later.splice(0).forEach(Meed.push);
})();
