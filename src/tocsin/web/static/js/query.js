// Chips and the words of a query: a chip adds or takes a clause, the server reads the result and draws the chips again.

let begun = false;

/**
 * Listens once for the page. A field [data-query]; [data-query-add="lang:fr"] adds a clause, with data-not its opposite;
 * [data-query-take] on a chip with data-from and data-to (code points) takes its part out. Each change tells the field
 * (`input`), so that htmx asks the server for the chips and the preview.
 */
export function start() {
  if (begun) return;
  begun = true;
  document.addEventListener("click", (event) => {
    const chip = event.target instanceof Element ? event.target.closest("[data-query-add], [data-query-take]") : null;
    const field = chip && fieldOf(chip);
    if (!(chip instanceof HTMLElement) || !field) return;
    event.preventDefault();
    const { queryAdd, not, from, to } = chip.dataset;
    field.value = queryAdd === undefined ? without(field.value, Number(from), Number(to)) : withClause(field.value, queryAdd, not !== undefined);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}

function fieldOf(chip) {
  return (chip.closest("form") ?? document).querySelector("[data-query]");
}

/**
 * Returns the query with a clause joined by AND (or NOT); brackets keep an OR together.
 * @param {string} query
 * @param {string} clause
 * @param {boolean} isNot
 */
export function withClause(query, clause, isNot = false) {
  const before = query.trim();
  const joined = isNot ? `NOT ${clause}` : clause;
  if (!before) return joined;
  const held = hasOpenOr(before) ? `(${before})` : before;
  return isNot ? `${held} ${joined}` : `${held} AND ${joined}`;
}

/**
 * Returns the query without the part between two code points, nor the operator that bound it.
 * @param {string} query
 * @param {number} from
 * @param {number} to
 */
export function without(query, from, to) {
  const points = [...query];
  const left = points.slice(0, from).join("").replace(/\s+$/, "");
  const right = points.slice(to).join("").replace(/^\s+/, "");
  const bound = /(?:^|[\s(])(?:(?:AND|OR)\s+)?(?:NOT)?$|(?:^|[\s(])(?:AND|OR)$/;
  const alone = left.replace(bound, (found) => (found.startsWith("(") ? "(" : "")).trimEnd();
  const start = alone === "" || alone.endsWith("(");
  const rest = start ? right.replace(/^(?:AND|OR)\b\s*/, "") : right;
  const glue = start || rest === "" || rest.startsWith(")") ? "" : " ";
  return `${alone}${glue}${rest}`.replace(/(?:AND|OR)?\s*\(\s*\)/g, "").trim();
}

/** Whether an OR stands outside quotes and brackets. */
function hasOpenOr(query) {
  const bare = query.replace(/"[^"]*"?/g, '""');
  let depth = 0;
  for (const word of bare.split(/(\(|\)|\s+)/)) {
    if (word === "(") depth += 1;
    else if (word === ")") depth -= 1;
    else if (word === "OR" && depth === 0) return true;
  }
  return false;
}
