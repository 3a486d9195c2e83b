// Listens to what happens and says so without moving what one reads.
import { counted, write } from "./words.js";

/** Names of what the server tells; each is handed on as `live:NAME` on <body>, for hx-trigger="live:alert from:body". */
export const NAMES = ["mentions", "mention", "story", "surge", "danger", "silence", "alert", "action", "reload", "ended"];

let source = null;

/**
 * Opens the line named by [data-live] (an address). On the page:
 * [data-live-new] shows how many mentions came since (data-one, data-many, data-some when it cannot be known);
 * [data-live-count="alert"] grows with each such event; [data-live-state] says whether the line stands (data-open, data-lost, data-ended).
 * @param {Element | Document} root
 */
export function start(root) {
  const holder = root instanceof Element && root.matches("[data-live]") ? root : root.querySelector("[data-live]");
  if (source || !(holder instanceof HTMLElement) || !holder.dataset.live) return;
  source = new EventSource(holder.dataset.live);
  const seen = tally();
  source.addEventListener("open", () => state("open"));
  source.addEventListener("error", () => state(source.readyState === EventSource.CLOSED ? "ended" : "lost"));
  for (const name of NAMES) {
    source.addEventListener(name, (event) => {
      const body = JSON.parse(event.data || "{}");
      if (name === "ended") {
        source.close();
        state("ended");
      }
      show(seen(name, body));
      document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail: body }));
    });
  }
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  document.addEventListener("htmx:after:swap", (event) => event.target instanceof Element && event.target.matches("[data-live-list]") && show(seen("read", {})));
}

/**
 * Returns a function that adds what is told to what was, and returns the sums.
 * @returns {(name: string, body: {count?: number}) => {mentions: number, isKnown: boolean, events: Record<string, number>}}
 */
export function tally() {
  let mentions = 0;
  let isKnown = true;
  const events = {};
  return (name, body) => {
    if (name === "read") {
      mentions = 0;
      isKnown = true;
    } else if (name === "mentions") mentions += Number.isInteger(body.count) ? body.count : 1;
    else if (name === "reload") isKnown = false;
    else events[name] = (events[name] ?? 0) + 1;
    return { mentions, isKnown, events: { ...events } };
  };
}

function show({ mentions, isKnown, events }) {
  document.querySelectorAll("[data-live-new]").forEach((line) => {
    write(line, isKnown ? counted(line, mentions) : (line.dataset.some ?? counted(line, mentions)));
    line.hidden = isKnown && mentions === 0;
  });
  document.querySelectorAll("[data-live-count]").forEach((place) => {
    const base = Number((place.dataset.base ??= place.textContent.replace(/\D/g, "") || "0"));
    const more = events[place.dataset.liveCount] ?? 0;
    if (more) write(place, (base + more).toLocaleString(document.documentElement.lang));
  });
}

function state(name) {
  document.querySelectorAll("[data-live-state]").forEach((place) => {
    place.dataset.state = name;
    write(place, place.dataset[name] ?? place.dataset.lost ?? "");
  });
}
