"""The one script of the served pages: it shows the page anew when the notes changed, and sends a form once only.

Without it there is a link to reload.
"""

SCRIPT = """\
(function () {
  "use strict";
  var told = document.getElementById("changed"), typed = false, sent = false;
  var version = told.getAttribute("data-version"), pause = 3000;
  document.addEventListener("input", function () { typed = true; });
  document.addEventListener("submit", function (event) {
    if (sent) { event.preventDefault(); }
    sent = true;
  });
  window.addEventListener("pageshow", function () { sent = false; });
  function later(wait) { window.setTimeout(ask, wait); }
  function ask() {
    if (sent || document.visibilityState !== "visible") { later(pause); return; }
    fetch("/changed?version=" + encodeURIComponent(version), { cache: "no-store", credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (answer) {
        if (!answer) { later(4 * pause); return; }
        if (!answer.changed) { later(pause); return; }
        if (sent) { later(pause); return; }
        if (typed || document.querySelector("details[open]")) { told.hidden = false; return; }
        window.location.reload();
      })
      .catch(function () { later(4 * pause); });
  }
  later(pause);
})();
"""
