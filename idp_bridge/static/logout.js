// Goes on with a logout by itself. Without this script the person presses the buttons.
"use strict";

(() => {
  const page = document.getElementById("logout");
  const go = page.querySelector("[data-go]");
  const skip = page.querySelector("[data-skip]");

  const cameBack = () =>
    performance.getEntriesByType("navigation")[0]?.type === "back_forward";

  // An e-tjänst that does not even answer must not keep anybody here: the page stays
  // until an answer begins to arrive.
  const goOnWithout = () => {
    window.stop();
    window.location.replace(skip.href);
  };

  const look = async () => {
    const answer = await fetch(page.dataset.state, { headers: { Accept: "application/json" } });
    if (!answer.ok || String((await answer.json()).place) !== page.dataset.place) {
      window.location.reload();
    }
  };

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });

  if ("auto" in page.dataset && !cameBack()) {
    if (skip) window.setTimeout(goOnWithout, Number(page.dataset.patience) * 1000);
    go.click();
  } else if (page.dataset.state) {
    window.setInterval(() => look().catch(() => {}), 3000);
  }
})();
