/*
 * What pages gain from a script; each works without it.
 *
 * Live regions   <div data-live-url="/brand/home/live">…</div>: asked every 3 s while the
 *                page is visible, every 30 s while hidden, with the ETag of the last answer.
 *                304: nothing new. 200: the body replaces the region's content, unless the
 *                reader is at work in it; then it waits for the next turn.
 * Copy buttons   <button data-copy="text" hidden>: shown, and copies.
 * Menus          <details class="menu">: closed by Escape and by a click elsewhere.
 * Keys           / search, g + letter of the rail, j k rows of <tr data-href>, Enter, ?.
 * Charts         a tooltip in the page's own look instead of the browser's.
 */
(function () {
  "use strict";

  var LIVE_VISIBLE_MS = 3000, LIVE_HIDDEN_MS = 30000, CHORD_MS = 1000, COPIED_MS = 1500;

  function all(selector, root) {
    return Array.prototype.slice.call((root || document).querySelectorAll(selector));
  }

  /* ---- live regions ---- */

  /* The reader's place in a region, kept across a replacement. */
  var FOCUSABLE = "a[href], button, summary";

  function replace(region, html) {
    var at = all(FOCUSABLE, region).indexOf(document.activeElement);
    region.innerHTML = html;
    enhance(region);
    var again = all(FOCUSABLE, region)[at];
    if (again) again.focus();
  }

  function busy(region) {
    var element = document.activeElement;
    return region.contains(element) && (typing(element) || region.querySelector("details[open]"));
  }

  function live(region) {
    var etag = region.getAttribute("data-live-etag"), timer = 0, asking = false;

    function wait() {
      clearTimeout(timer);
      timer = setTimeout(ask, document.hidden ? LIVE_HIDDEN_MS : LIVE_VISIBLE_MS);
    }

    function take(answer) {
      if (answer.status !== 200 || answer.redirected) return null;
      return answer.text().then(function (html) {
        if (busy(region)) return;
        etag = answer.headers.get("ETag");
        replace(region, html);
      });
    }

    function ask() {
      if (asking) return;
      asking = true;
      fetch(region.getAttribute("data-live-url"), {
        headers: etag ? { "If-None-Match": etag } : {},
        credentials: "same-origin",
        cache: "no-store"
      }).then(take).catch(function () { /* the network is away: the next turn asks again */ })
        .then(function () { asking = false; wait(); });
    }

    document.addEventListener("visibilitychange", function () {
      if (document.hidden) wait(); else ask();
    });
    wait();
  }

  /* ---- copy ---- */

  function copy(button) {
    var label = button.getAttribute("aria-label");
    navigator.clipboard.writeText(button.getAttribute("data-copy")).then(function () {
      button.classList.add("copied");
      announce(label + " ✓");
      setTimeout(function () { button.classList.remove("copied"); }, COPIED_MS);
    });
  }

  function announce(text) {
    var box = document.getElementById("announcer");
    if (!box) {
      box = document.createElement("div");
      box.id = "announcer";
      box.className = "visually-hidden";
      box.setAttribute("role", "status");
      document.body.appendChild(box);
    }
    box.textContent = text;
  }

  /* ---- charts ---- */

  var tip = null;

  function showTip(cell) {
    var rect = cell.getBoundingClientRect(), text = cell.getAttribute("data-tip");
    if (!tip) {
      tip = document.createElement("div");
      tip.className = "tooltip";
      tip.setAttribute("aria-hidden", "true");
      document.body.appendChild(tip);
    }
    tip.textContent = text;
    tip.hidden = false;
    var left = rect.left + rect.width / 2 - tip.offsetWidth / 2;
    left = Math.max(8, Math.min(left, document.documentElement.clientWidth - tip.offsetWidth - 8));
    tip.style.left = left + window.scrollX + "px";
    tip.style.top = rect.top + window.scrollY - tip.offsetHeight + 8 + "px";
  }

  function hideTip() {
    if (tip) tip.hidden = true;
  }

  /* ---- keys ---- */

  var chord = 0;

  function typing(element) {
    return /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) || element.isContentEditable;
  }

  function step(by) {
    var rows = all("tr[data-href]"), at = -1;
    rows.forEach(function (row, i) { if (row.contains(document.activeElement)) at = i; });
    var row = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
    var link = row && row.querySelector("a");
    if (link) link.focus();
  }

  function go(letter) {
    var link = document.querySelector('.rail a[data-key="' + CSS.escape(letter) + '"]');
    if (link) location.href = link.href;
  }

  function key(event) {
    var dialog = document.querySelector("dialog.keys"), search;
    if (event.key === "Escape") {
      all("details.menu[open]").forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (chord && Date.now() - chord < CHORD_MS) {
      chord = 0;
      go(event.key);
      return;
    }
    chord = 0;
    if (event.key === "g") chord = Date.now();
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "?" && dialog && !dialog.open) dialog.showModal();
    else if (event.key === "/" && (search = document.querySelector("[data-search]"))) {
      event.preventDefault();
      search.focus();
    }
  }

  /* ---- wiring ---- */

  function enhance(root) {
    if (navigator.clipboard) all("[data-copy]", root).forEach(function (b) { b.hidden = false; });
    all(".chart-cell", root).forEach(function (cell) {
      var title = cell.querySelector("title");
      cell.setAttribute("data-tip", title.textContent);
      cell.removeChild(title);
      cell.addEventListener("mouseenter", function () { showTip(cell); });
      cell.addEventListener("mouseleave", hideTip);
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (button) copy(button);
    all("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
    var row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, button, input, label, select, summary") &&
        !String(getSelection())) location.href = row.getAttribute("data-href");
  });
  document.addEventListener("keydown", key);

  enhance(document);
  all("[data-live-url]").forEach(live);
  var summary = document.querySelector(".summary");
  if (summary) summary.focus();
})();
