// The entry: each part below starts when the page holds what it is for. Pages work without any of them.

/** Which attribute asks for which part. A part exports start(root) and may be started again on a part of the page. */
const PARTS = [
  ["details.menu, details.help, [data-open]", () => import("./menus.js")],
  ["[data-confirm]", () => import("./confirm.js")],
  ["[data-keys]", () => import("./keys.js")],
  ["[data-live]", () => import("./live.js")],
  ["[data-bulk]", () => import("./bulk.js")],
  ["[data-chart]", () => import("./charts.js")],
  ["#toasts", () => import("./undo.js")],
  ["[data-query]", () => import("./query.js")],
  ["[data-chip-new]", () => import("./chips.js")],
  ["[data-copy], [data-copy-from]", () => import("./copy.js")],
  ["[data-theme-form]", () => import("./theme.js")],
];

/**
 * Starts the parts that `root` asks for.
 * @param {Element | Document} root
 */
export async function start(root) {
  const wanted = PARTS.filter(([asked]) => (root instanceof Element && root.matches(asked)) || root.querySelector(asked));
  await Promise.all(
    wanted.map(async ([asked, load]) => {
      try {
        (await load()).start(root);
      } catch (error) {
        console.warn(`tocsin: ${asked} stays plain:`, error); // a file is missing: the page works without it
        if (asked === "[data-chart]") document.querySelectorAll(asked).forEach((box) => box.classList.add("is-bare"));
      }
    }),
  );
}

start(document);
document.addEventListener("htmx:after:swap", () => start(document)); // each part knows what it has already begun
