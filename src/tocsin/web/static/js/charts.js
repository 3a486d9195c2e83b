// Draws the charts of a page with vega-embed, by its interpreter (no eval), in the colours of the page.
import { embed, expressionInterpreter } from "../vendor/charts.js";
import { chosen, fitted } from "./paint.js";

/**
 * Draws each figure [data-chart="ID"] of `root`: its <script type="application/json" id="ID"> holds {wide, narrow} or one
 * specification; its .draw takes the drawing and carries role="img" with its sentence. The table beside it stays.
 * @param {Element | Document} root
 */
export function start(root) {
  const boxes = [...root.querySelectorAll("[data-chart]")];
  if (root instanceof Element && root.matches("[data-chart]")) boxes.push(root);
  boxes.filter((box) => !box.dataset.drawing).forEach(follow);
}

/** @param {HTMLElement} box */
function follow(box) {
  box.dataset.drawing = "yes";
  const place = box.querySelector(".draw");
  const source = document.getElementById(box.dataset.chart ?? "");
  if (!place || !source) return;
  const specs = JSON.parse(source.textContent);
  let shown = null;
  let drawnAt = 0;
  let wait = 0;
  const redraw = async () => {
    const width = Math.floor(place.clientWidth);
    if (!box.isConnected || width < 80 || Math.abs(width - drawnAt) < 4) return;
    drawnAt = width;
    await document.fonts?.ready;
    shown?.finalize();
    shown = await embed(place, fitted(chosen(specs, width), width), {
      ast: true,
      expr: expressionInterpreter,
      renderer: "svg",
      actions: false,
      defaultStyle: false,
      tooltip: false,
      hover: false,
    });
    place.querySelectorAll("[role], [aria-roledescription]").forEach(silence);
    box.classList.add("is-drawn");
  };
  const safely = () => redraw().catch((error) => {
    console.warn("tocsin: a chart stays a table:", error);
    box.classList.add("is-bare");
  });
  new ResizeObserver(() => {
    clearTimeout(wait);
    wait = setTimeout(safely, drawnAt ? 120 : 0);
  }).observe(place);
}

/** The place is one picture with its sentence: its parts have nothing to say of their own. */
function silence(part) {
  ["role", "aria-roledescription", "aria-label", "aria-hidden"].forEach((name) => part.removeAttribute(name));
}
