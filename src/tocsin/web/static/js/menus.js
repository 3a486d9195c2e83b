// Menus and help are <details>: they close when one leaves them; [data-open] shows a dialog, [data-close] ends it.

const SMALL = "details.menu[open], details.help[open], details.brandpick-menu[open]";
let begun = false;

/** Listens once for the page. */
export function start() {
  if (begun) return;
  begun = true;
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    document.querySelectorAll(SMALL).forEach((box) => target && box.contains(target) || box.removeAttribute("open"));
    const opener = target?.closest("[data-open]");
    if (opener instanceof HTMLElement) show(opener, event);
    target?.closest("[data-close]")?.closest("dialog")?.close();
    if (target instanceof HTMLDialogElement && isBeside(target, event)) target.close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const box = document.querySelector(SMALL);
    if (!box) return;
    box.removeAttribute("open");
    box.querySelector("summary")?.focus();
    event.preventDefault();
  });
  document.addEventListener("focusout", (event) => {
    const box = event.target instanceof Element ? event.target.closest(SMALL) : null;
    if (box && event.relatedTarget instanceof Node && !box.contains(event.relatedTarget)) box.removeAttribute("open");
  });
}

/** A link that opens a dialog still leads somewhere without this script. */
function show(opener, event) {
  const dialog = document.querySelector(opener.dataset.open ?? "");
  if (!(dialog instanceof HTMLDialogElement)) return;
  event.preventDefault();
  dialog.showModal();
}

function isBeside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
