/* The form with permissions: counts changes, ticks all of an e-tjänst, filters long
   lists, and warns before what was changed is lost. Everything works without it. */
(() => {
  "use strict";
  const form = document.querySelector(".permission-form");
  if (!form) {
    return;
  }
  const status = form.querySelector(".change-count");
  const boxes = [...form.querySelectorAll('input[name="after"]:not(:disabled)')];
  const opened = new Set(
    [...form.querySelectorAll('input[name="before"]')].map((field) => field.value.split("@")[0]),
  );
  const ends = [...form.querySelectorAll('input[type="date"]')];
  let isSending = false;

  const changes = () => {
    const added = boxes.filter((box) => box.checked && !opened.has(box.value)).length;
    const removed = boxes.filter((box) => !box.checked && opened.has(box.value)).length;
    const moved = ends.filter((end) => {
      const box = document.getElementById(end.id.replace("till-", "beh-"));
      return end.value !== end.defaultValue && box.checked && opened.has(box.value);
    }).length;
    return { added, removed, moved };
  };

  const tell = () => {
    const { added, removed, moved } = changes();
    const ending = moved ? `, ${moved} nytt slutdatum` : "";
    status.textContent = added + removed + moved ? `Ändringar: + ${added}, − ${removed}${ending}` : "";
  };

  const tickAll = (event) => {
    const group = event.currentTarget.closest("fieldset");
    const isTicked = !event.currentTarget.value.startsWith("-");
    event.preventDefault();
    for (const box of group.querySelectorAll('input[name="after"]')) {
      if (!box.closest("li").hidden) {
        box.checked = isTicked;
      }
    }
    tell();
  };

  const filter = (event) => {
    const wanted = event.currentTarget.value.trim().toLocaleLowerCase("sv");
    for (const item of event.currentTarget.closest("fieldset").querySelectorAll(".boxes > li")) {
      const text = item.querySelector(".choice").textContent.toLocaleLowerCase("sv");
      item.hidden = !text.includes(wanted);
    }
  };

  for (const button of form.querySelectorAll('button[name="markera"]')) {
    button.addEventListener("click", tickAll);
  }
  for (const field of form.querySelectorAll(".box-filter")) {
    field.hidden = false;
    field.querySelector("input").addEventListener("input", filter);
  }
  form.addEventListener("input", tell);
  form.addEventListener("submit", () => {
    isSending = true;
  });
  window.addEventListener("beforeunload", (event) => {
    const { added, removed, moved } = changes();
    if (!isSending && added + removed + moved) {
      event.preventDefault();
    }
  });
  tell();
})();
