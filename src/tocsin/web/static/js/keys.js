// Keys on a list: j and k move, Enter opens, others press what carries data-key; ? shows them all. See start().

/** @typedef {{key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, isComposing?: boolean}} Press */

let begun = false;

/**
 * Listens once for the page. On it: a list [data-keys] of [data-item], each with a link; buttons, links or inputs with
 * data-key="e" in an item or anywhere; a dialog#keys that lists them. data-keys="off" on <html> turns all off.
 */
export function start() {
  if (begun) return;
  begun = true;
  document.addEventListener("keydown", (event) => {
    if (document.documentElement.dataset.keys === "off" || event.defaultPrevented) return;
    const done = meaning(event, event.target instanceof Element && isWriting(event.target));
    if (done && act(done)) event.preventDefault();
  });
  document.addEventListener("focusin", (event) => {
    const item = event.target instanceof Element ? event.target.closest("[data-keys] [data-item]") : null;
    if (item) mark(item);
  });
}

/**
 * Returns what a press asks for: "next", "previous", "leave", a key of the page, or null when it is not for us.
 * @param {Press} press
 * @param {boolean} writing whether the person writes in a field
 * @returns {string | null}
 */
export function meaning(press, writing) {
  if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing) return null;
  if (press.key === "Escape") return "leave";
  if (writing || press.key.length !== 1) return null;
  return { j: "next", k: "previous" }[press.key] ?? press.key;
}

/**
 * Returns the place reached from `at` among `count` items, without going round.
 * @param {number} at -1 for none yet
 */
export function stepped(at, count, by) {
  return at < 0 ? (count ? 0 : -1) : Math.min(Math.max(at + by, 0), count - 1);
}

/** @param {Element} element */
function isWriting(element) {
  if (element.closest("[contenteditable=''], [contenteditable=true], select, textarea")) return true;
  return element instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(element.type);
}

function act(done) {
  if (done === "next" || done === "previous") return move(done === "next" ? 1 : -1);
  if (document.querySelector("dialog[open]")) return false;
  if (done === "leave") return leave();
  if (done === "?") return help();
  const inItem = current()?.querySelector(keyed(done));
  const target = inItem ?? [...document.querySelectorAll(keyed(done))].find(isOutside);
  if (!(target instanceof HTMLElement) || target.hidden) return false;
  if (target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) {
    target.focus();
    if (target instanceof HTMLInputElement) target.select();
  } else target.click();
  return true;
}

const keyed = (key) => `[data-key="${CSS.escape(key)}"]`;
const isOutside = (element) => !element.closest("[data-keys] [data-item]");
const items = () => [...document.querySelectorAll("[data-keys] [data-item]")].filter((item) => item.getClientRects().length);
const current = () => document.querySelector("[data-keys] [data-item].at") ?? document.querySelector("[data-keys] [data-item]:has([aria-current])");

function move(by) {
  const all = items();
  const item = all[stepped(all.indexOf(current()), all.length, by)];
  if (!item) return false;
  mark(item);
  const link = item.matches("a[href]") ? item : item.querySelector("a[href], button");
  link?.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
  return true;
}

function mark(item) {
  document.querySelectorAll("[data-item].at").forEach((other) => other.classList.toggle("at", other === item));
  item.classList.add("at");
}

function leave() {
  const opened = document.querySelector("details.menu[open], details.help[open]");
  if (opened) return false; // menus.js closes it
  const active = document.activeElement;
  if (active instanceof HTMLElement && isWriting(active)) {
    active.blur();
    return true;
  }
  const back = document.querySelector(keyed("Escape"));
  if (back instanceof HTMLElement && back.getClientRects().length) back.click();
  return Boolean(back);
}

function help() {
  const dialog = document.querySelector("dialog#keys");
  if (!(dialog instanceof HTMLDialogElement)) return false;
  dialog.showModal();
  return true;
}
