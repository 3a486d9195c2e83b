// Copies a text: [data-copy="text"] or [data-copy-from="#id"]; data-done is said for a moment.
import { write } from "./words.js";

const SAID_MS = 2_000;
let begun = false;

/** Listens once for the page. */
export function start() {
  if (begun) return;
  begun = true;
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-copy], [data-copy-from]") : null;
    if (!(button instanceof HTMLElement)) return;
    const from = button.dataset.copyFrom ? document.querySelector(button.dataset.copyFrom) : null;
    const text = from ? (from.value ?? from.textContent) : button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text.trim());
    } catch {
      if (from) getSelection()?.selectAllChildren(from); // not over HTTPS: it is selected, and Ctrl C does the rest
      return;
    }
    if (!button.dataset.done) return;
    const place = button.querySelector("[data-words]") ?? button;
    const before = place.textContent;
    write(button, button.dataset.done);
    setTimeout(() => write(button, before), SAID_MS);
  });
}
