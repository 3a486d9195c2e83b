// Changes the look at once; the form [data-theme-form] also tells the server, which keeps it.

let begun = false;

/** Listens once for the page. The buttons of the form: name="theme", value light, dark or auto. */
export function start() {
  if (begun) return;
  begun = true;
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-theme-form]") || button?.name !== "theme") return;
    event.preventDefault();
    apply(document.documentElement, button.value);
    form.querySelectorAll("button[name=theme]").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form, button), redirect: "manual" }).catch(() => null);
    if (answer?.type === "opaqueredirect" || answer?.ok) return;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "theme", value: button.value }));
    form.submit(); // as without this script: the page that answers tells what is wrong
  });
}

/**
 * @param {HTMLElement} page the root element
 * @param {string} theme light, dark, or auto: what the system says
 */
export function apply(page, theme) {
  if (theme === "light" || theme === "dark") page.dataset.bsTheme = theme;
  else delete page.dataset.bsTheme;
}
