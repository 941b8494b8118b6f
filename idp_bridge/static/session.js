/* Warns two minutes before somebody is logged out, and lets them stay with one button.
   Every page, and every answer to another tab, begins the time anew. */
"use strict";
(() => {
  const box = document.querySelector(".session-warning");
  if (!box) {
    return;
  }
  const form = box.querySelector("form");
  const text = box.querySelector("p");
  const button = box.querySelector("button");
  const minutes = 60 * 1000;
  const idle = Number(box.dataset.idle) * 1000;
  const end = Date.now() + Number(box.dataset.left) * 1000;
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;
  const home = box.parentNode;
  let before = null;
  let timers = [];

  function later(moment, action) {
    timers.push(setTimeout(action, Math.max(0, moment - Date.now())));
  }

  function hide() {
    if (!box.hidden && before && box.contains(document.activeElement)) {
      before.focus();
    }
    box.hidden = true;
  }

  function begin() {
    timers.forEach(clearTimeout);
    timers = [];
    hide();
    const out = Math.min(Date.now() + idle, end);
    later(out - 2 * minutes, () => warn(out));
    later(out, tell);
  }

  function warn(out) {
    const isLast = out === end;
    text.textContent = isLast ? box.dataset.last : box.dataset.soon;
    button.hidden = isLast;
    before = document.activeElement;
    // What is outside of an open dialog can be neither seen nor pressed.
    (document.querySelector("dialog[open]") ?? home).append(box);
    box.hidden = false;
    (isLast ? text : button).focus();
  }

  function tell() {
    text.textContent = box.dataset.over;
    button.hidden = true;
    box.hidden = false;
  }

  function active() {
    begin();
    tabs?.postMessage("active");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fetch(form.action, { method: "POST", body: new FormData(form) })
      .then((answer) => (answer.ok ? active() : location.reload()))
      .catch(() => form.submit());
  });
  document.addEventListener("close", () => home.append(box), true);
  tabs?.addEventListener("message", begin);
  document.addEventListener("htmx:after:swap", active);
  active();
})();
