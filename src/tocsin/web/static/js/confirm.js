// Asks before a form with data-confirm is sent: the sentence, data-confirm-yes and data-confirm-no come from the server.

let begun = false;
const agreed = new WeakSet();

/** Listens once for the page, before htmx does. Without this script the form is sent at once, and can be undone. */
export function start() {
  if (begun) return;
  begun = true;
  document.addEventListener(
    "submit",
    async (event) => {
      const form = event.target;
      const asker = event.submitter?.matches("[data-confirm]") ? event.submitter : form;
      if (!(form instanceof HTMLFormElement) || !(asker instanceof HTMLElement) || !asker.dataset.confirm) return;
      if (agreed.delete(form)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const submitter = event.submitter;
      if (!(await asked(asker.dataset))) return;
      agreed.add(form);
      form.requestSubmit(submitter);
    },
    { capture: true },
  );
}

/**
 * @param {DOMStringMap} words confirm, confirmYes, confirmNo
 * @returns {Promise<boolean>} whether the person agreed
 */
function asked({ confirm, confirmYes = "OK", confirmNo = "×" }) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "confirm-sentence");
  const sentence = Object.assign(document.createElement("p"), { id: "confirm-sentence", textContent: confirm });
  const form = Object.assign(document.createElement("form"), { method: "dialog" });
  const acts = Object.assign(document.createElement("div"), { className: "acts" });
  acts.append(button(confirmNo, "", "btn btn-line"), button(confirmYes, "yes", "btn btn-ink"));
  form.append(acts);
  dialog.append(sentence, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

function button(words, value, className) {
  return Object.assign(document.createElement("button"), { textContent: words, value, className });
}
