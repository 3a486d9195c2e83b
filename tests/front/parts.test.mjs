import assert from "node:assert/strict";
import { test } from "node:test";
import { range } from "../../src/tocsin/web/static/js/bulk.js";
import { tally } from "../../src/tocsin/web/static/js/live.js";
import { chosen, fitted, painted } from "../../src/tocsin/web/static/js/paint.js";
import { apply } from "../../src/tocsin/web/static/js/theme.js";
import { shownFor } from "../../src/tocsin/web/static/js/undo.js";
import { counted } from "../../src/tocsin/web/static/js/words.js";

test("a range holds both ends, in either direction", () => {
  assert.deepEqual(range(2, 5), [2, 3, 4, 5]);
  assert.deepEqual(range(5, 2), [2, 3, 4, 5]);
  assert.deepEqual(range(-1, 4), [4]);
});

test("what arrives adds up until it is read", () => {
  const seen = tally();
  seen("mentions", { count: 5 });
  assert.equal(seen("mentions", { count: 2 }).mentions, 7);
  assert.deepEqual(seen("alert", {}).events, { alert: 1 });
  assert.equal(seen("reload", {}).isKnown, false);
  const read = seen("read", {});
  assert.deepEqual([read.mentions, read.isKnown], [0, true]);
});

test("words follow the plural of the language", () => {
  const line = { dataset: { one: "{n} nouvelle mention", many: "{n} nouvelles mentions" } };
  assert.equal(counted(line, 1, "fr"), "1 nouvelle mention");
  assert.equal(counted(line, 0, "fr"), "0 nouvelle mention");
  assert.equal(counted(line, 7, "fr"), "7 nouvelles mentions");
  assert.equal(counted({ dataset: { one: "{n} new", many: "{n} new ones" } }, 0, "en"), "0 new ones");
  assert.equal(counted({ dataset: { none: "none", one: "{n}", many: "{n}" } }, 0, "en"), "none");
});

test("colours by name become colours of the page, other words stay", () => {
  const spec = { mark: { color: "$ink" }, layer: [{ color: "$band-edge" }, { color: "$c-2" }], data: { values: [{ t: "$alice" }] } };
  assert.deepEqual(painted(spec), {
    mark: { color: "var(--tc-ink)" },
    layer: [{ color: "var(--tc-c-band-edge)" }, { color: "var(--tc-c-2)" }],
    data: { values: [{ t: "$alice" }] },
  });
});

test("a phone gets its own drawing", () => {
  const specs = { wide: { width: 742 }, narrow: { width: 326 } };
  assert.equal(chosen(specs, 340), specs.narrow);
  assert.equal(chosen(specs, 560), specs.wide);
  assert.equal(chosen({ width: 1 }, 340).width, 1);
  assert.equal(fitted(specs.narrow, 340).width, 340);
});

test("an undo stays longer than a word, a fault until it is closed", () => {
  assert.ok(shownFor({ isFault: false, hasAct: true }) > shownFor({ isFault: false, hasAct: false }));
  assert.equal(shownFor({ isFault: true, hasAct: false }), null);
});

test("auto leaves the look to the system", () => {
  const page = { dataset: { bsTheme: "dark" } };
  apply(page, "light");
  assert.equal(page.dataset.bsTheme, "light");
  apply(page, "auto");
  assert.equal("bsTheme" in page.dataset, false);
});
