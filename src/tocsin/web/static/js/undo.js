// Toasts leave by themselves, later when they can be undone, never while one is on them; a fault stays until closed.

const SHOWN_MS = 8_000;
const UNDO_MS = 20_000;
let begun = false;

/** Watches #toasts: what the server put there with the page, and what htmx brings. */
export function start() {
  const place = document.getElementById("toasts");
  if (!place || begun) return;
  begun = true;
  [...place.children].forEach(leaveInTime);
  new MutationObserver((changes) => {
    changes.forEach((change) => change.addedNodes.forEach((node) => node instanceof HTMLElement && leaveInTime(node)));
  }).observe(place, { childList: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement?.closest("#toasts")) document.activeElement.closest(".toast-x")?.remove();
  });
}

/**
 * Returns how long a toast is shown, in ms; null for as long as it is not closed.
 * @param {{isFault: boolean, hasAct: boolean}} toast
 */
export function shownFor({ isFault, hasAct }) {
  if (isFault) return null;
  return hasAct ? UNDO_MS : SHOWN_MS;
}

/** @param {Element} toast */
function leaveInTime(toast) {
  const isFault = toast.classList.contains("error") || toast.classList.contains("warning");
  const wait = shownFor({ isFault, hasAct: toast.querySelector("form, a, button") !== null });
  if (wait === null) return;
  let timer = setTimeout(() => toast.remove(), wait);
  const stay = () => clearTimeout(timer);
  const go = () => {
    stay();
    timer = setTimeout(() => toast.remove(), wait / 2);
  };
  toast.addEventListener("pointerenter", stay);
  toast.addEventListener("focusin", stay);
  toast.addEventListener("pointerleave", go);
  toast.addEventListener("focusout", go);
}
