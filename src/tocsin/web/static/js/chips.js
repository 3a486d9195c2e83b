// Typing chips one after the other: the field that was typed in keeps the focus when the server draws the chips again.

let begun = false;
let typedIn = "";

/** Listens once for the page; a field is [data-chip-new], known again by its name. */
export function start() {
  if (begun) return;
  begun = true;
  document.addEventListener("htmx:before:request", () => {
    const field = document.activeElement;
    typedIn = field instanceof HTMLInputElement && field.matches("[data-chip-new]") ? field.name : "";
  });
  document.addEventListener("htmx:after:swap", () => {
    const field = typedIn && document.activeElement === document.body ? document.getElementsByName(typedIn)[0] : null;
    if (field instanceof HTMLInputElement) field.focus();
  });
}
