/* Opens what a link leads to in a dialog on this page. What the dialog cannot show is
   shown as a page; without this script the link is a link and the form a page. */
"use strict";
(() => {
  const dialog = document.getElementById("ruta");
  if (!dialog) {
    return;
  }
  const content = document.getElementById("ruta-innehall");
  const failure = document.getElementById("ruta-fel");
  const waiting = document.getElementById("ruta-vantan");
  const home = waiting.parentNode;
  const title = document.title;
  const service = title.split(" \u2013 ").pop();

  let timer = null;

  function isOurs(event) {
    return event.detail?.ctx?.target === content;
  }

  function goToPage(source) {
    if (source.tagName === "FORM") {
      source.submit();
    } else {
      location.href = source.href;
    }
  }

  document.addEventListener("htmx:before:request", (event) => {
    if (!isOurs(event)) {
      return;
    }
    failure.hidden = true;
    clearTimeout(timer);
    timer = setTimeout(() => {
      // What is outside of an open dialog is neither seen nor read out.
      (dialog.open ? dialog : home).append(waiting);
      waiting.textContent = waiting.dataset.text;
    }, 300);
  });

  document.addEventListener("htmx:finally:request", () => {
    clearTimeout(timer);
    waiting.textContent = "";
  });

  document.addEventListener("htmx:after:swap", (event) => {
    const heading = content.querySelector("h2");
    if (!isOurs(event) || !heading) {
      return;
    }
    const problem = content.querySelector(".error-summary") ? "Fel: " : "";
    document.title = `${problem}${heading.textContent} \u2013 ${service}`;
    if (!dialog.open) {
      dialog.showModal();
    }
  });

  document.addEventListener("htmx:response:error", (event) => {
    const { ctx } = event.detail;
    const isShown = ["409", "422", "429"].includes(`${ctx.response.status}`);
    if (isOurs(event) && !isShown && ctx.response.status !== 401) {
      goToPage(ctx.sourceElement);
    }
  });

  document.addEventListener("htmx:error", (event) => {
    if (!isOurs(event)) {
      return;
    }
    if (dialog.open) {
      failure.textContent = failure.dataset.text;
      failure.hidden = false;
    } else {
      goToPage(event.detail.ctx.sourceElement);
    }
  });

  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-cancel]")) {
      event.preventDefault();
      dialog.close();
    }
  });

  dialog.addEventListener("close", () => {
    content.replaceChildren();
    failure.hidden = true;
    document.title = title;
  });
})();
