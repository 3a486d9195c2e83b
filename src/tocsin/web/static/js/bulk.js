// Choosing several lines of a list: a range with Shift, all at once, and the bar that acts on them.
import { counted, write } from "./words.js";

let begun = false;
let last = null;

/**
 * Listens once for the page. In a form or box [data-bulk]: checkboxes [data-bulk-item], one [data-bulk-all], the bar
 * [data-bulk-bar] (hidden while nothing is chosen), the count [data-bulk-count] (data-one, data-many).
 * @param {Element | Document} root
 */
export function start(root) {
  root.querySelectorAll("[data-bulk]").forEach(refresh);
  if (begun) return;
  begun = true;
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement)) return;
    const list = box.closest("[data-bulk]");
    if (!list) return;
    if (box.matches("[data-bulk-item]")) {
      const all = boxes(list);
      if (event.shiftKey && last) range(all.indexOf(last), all.indexOf(box)).forEach((at) => (all[at].checked = box.checked));
      last = box;
    } else if (box.matches("[data-bulk-all]")) boxes(list).forEach((one) => (one.checked = box.checked));
    refresh(list);
  });
  document.addEventListener("reset", (event) => setTimeout(() => refresh(event.target.closest("[data-bulk]") ?? event.target)));
}

/**
 * Returns the places from one to the other, both in, whichever comes first; only `to` when `from` is not there.
 * @param {number} from
 * @param {number} to
 * @returns {number[]}
 */
export function range(from, to) {
  if (from < 0) return [to];
  const first = Math.min(from, to);
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, step) => first + step);
}

const boxes = (list) => [...list.querySelectorAll("input[data-bulk-item]")];

function refresh(list) {
  const all = boxes(list);
  const chosen = all.filter((box) => box.checked).length;
  const every = list.querySelector("[data-bulk-all]");
  if (every instanceof HTMLInputElement) {
    every.checked = chosen > 0 && chosen === all.length;
    every.indeterminate = chosen > 0 && chosen < all.length;
  }
  list.querySelectorAll("[data-bulk-bar]").forEach((bar) => (bar.hidden = chosen === 0));
  list.querySelectorAll("[data-bulk-count]").forEach((place) => write(place, counted(place, chosen)));
}
