// Presses the button of a hand-off page once. Without this script the person does.
"use strict";

(() => {
  const page = document.getElementById("handoff");
  const used = document.getElementById("handoff-used");
  const button = page.querySelector("button[type=submit]");
  const spinner = page.querySelector(".spinner");
  const status = page.querySelector("[role=status]");
  const key = `handoff-${page.dataset.pageId}`;

  const wasUsed = () => {
    try {
      return window.sessionStorage.getItem(key) !== null;
    } catch {
      return history.state === key;
    }
  };

  const markUsed = () => {
    history.replaceState(key, "");
    try {
      window.sessionStorage.setItem(key, "1");
    } catch {
      // Storage is closed in this browser; the history entry remembers.
    }
  };

  const showUsed = () => {
    page.remove();
    used.hidden = false;
    document.title = used.querySelector("h1").textContent;
  };

  const cameBack = () =>
    performance.getEntriesByType("navigation")[0]?.type === "back_forward";

  const sayItIsSlow = () => {
    status.textContent = status.dataset.slowText;
  };

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) showUsed();
  });

  if (wasUsed() || cameBack()) {
    showUsed();
    return;
  }
  page.querySelector("form").addEventListener("submit", markUsed);
  spinner.hidden = false;
  window.setTimeout(sayItIsSlow, 8000);
  button.click();
})();
