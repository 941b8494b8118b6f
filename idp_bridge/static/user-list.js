/* The list of users, changed in place: the address follows, waiting and failure are said;
   one box ticks all of a page. */
"use strict";
(() => {
  const list = document.getElementById("lista");
  const count = document.getElementById("antal");
  const failure = document.getElementById("listfel");
  if (!list) {
    return;
  }
  let waiting = null;

  function ticks() {
    return [...list.querySelectorAll('input[name="markerad"]')];
  }

  function offerAll() {
    const all = document.getElementById("markera-alla");
    if (all) {
      all.hidden = false;
    }
  }

  list.addEventListener("change", (event) => {
    const all = document.getElementById("markera-alla");
    if (event.target === all) {
      ticks().forEach((one) => {
        one.checked = all.checked;
      });
    } else if (event.target.name === "markerad") {
      all.checked = ticks().every((one) => one.checked);
    }
  });

  function isOurs(event) {
    return event.detail?.ctx?.target === list || event.target === list || list.contains(event.target) || event.target.id === "listform";
  }

  document.addEventListener("htmx:before:request", (event) => {
    if (!isOurs(event)) {
      return;
    }
    clearTimeout(waiting);
    failure.hidden = true;
    list.setAttribute("aria-busy", "true");
    waiting = setTimeout(() => {
      count.textContent = count.dataset.searching;
    }, 300);
  });

  document.addEventListener("htmx:finally:request", () => {
    clearTimeout(waiting);
    list.removeAttribute("aria-busy");
  });

  document.addEventListener("htmx:after:swap", () => {
    const shown = list.querySelector("[data-address]");
    if (shown) {
      history.replaceState(null, "", shown.dataset.address);
    }
    offerAll();
  });

  function fail() {
    const again = document.createElement("a");
    again.href = location.href;
    again.className = "ds-link";
    again.textContent = failure.dataset.again;
    failure.replaceChildren(failure.dataset.text, " ", again);
    failure.hidden = false;
    count.textContent = "";
  }

  document.addEventListener("htmx:response:error", (event) => {
    if (isOurs(event) && event.detail.ctx.response.status !== 401) {
      fail();
    }
  });
  document.addEventListener("htmx:error", (event) => {
    if (isOurs(event)) {
      fail();
    }
  });

  offerAll();
})();
