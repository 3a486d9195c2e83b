// What a chart's specification becomes before it is drawn: the drawing for a width, the colours of the page.

const NARROW_PX = 560;
const IN_CHARTS = new Set(["band", "band-edge", "median", "grid", "surge", "seen", "c-1", "c-2", "c-3", "c-4", "c-5"]);
const INKS = new Set(["paper", "sheet", "sunk", "ink", "ink-2", "ink-3", "rule", "rule-strong", "alarm", "watch", "proof"]);

/** Returns the specification for a width: the narrow drawing under 560 px where there is one. */
export function chosen(specs, width) {
  if (!specs.wide) return specs;
  return width < NARROW_PX && specs.narrow ? specs.narrow : specs.wide;
}

/** Returns the specification as wide as its place, its colours by name made colours of the page. */
export function fitted(spec, width) {
  const config = { ...spec.config, aria: false };
  return painted({ ...spec, width, autosize: { type: "fit-x", contains: "padding" }, background: null, config });
}

/**
 * Returns the value with each `$name` of a colour made `var(--tc-…)`, so that themes and paper change it without drawing again.
 * @param {unknown} value
 */
export function painted(value) {
  if (Array.isArray(value)) return value.map(painted);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, painted(inner)]));
  if (typeof value !== "string" || !value.startsWith("$")) return value;
  const name = value.slice(1);
  if (IN_CHARTS.has(name)) return `var(--tc-${name.startsWith("c-") ? name : `c-${name}`})`;
  return INKS.has(name) ? `var(--tc-${name})` : value;
}
