import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const CSS = readFileSync(new URL("../../src/tocsin/web/static/css/tokens.css", import.meta.url), "utf8");
const PAIRS = new Map(
  [...CSS.matchAll(/--tc-([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [name, [light, dark]]),
);
const SURFACES = ["paper", "sheet", "sunk", "hover", "selected"];
const TEXTS = ["ink", "ink-2", "ink-3", "link", "alarm", "watch", "proof"];

function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

function holds(front, back, least) {
  for (const theme of [0, 1]) {
    const [ink, paper] = [PAIRS.get(front), PAIRS.get(back)];
    assert.ok(ink && paper, `tokens.css has no pair for ${ink ? back : front}`);
    const ratio = contrast(ink[theme], paper[theme]);
    assert.ok(ratio >= least, `${front} on ${back}, ${theme ? "dark" : "light"}: ${ratio.toFixed(2)} under ${least}`);
  }
}

test("each ink reads on each surface, 4.5 to 1", () => {
  for (const text of TEXTS) for (const surface of SURFACES) holds(text, surface, 4.5);
});

test("each ink of a level reads on each wash", () => {
  for (const text of ["ink", "ink-2", "alarm", "watch", "proof"]) {
    for (const wash of ["alarm-wash", "watch-wash", "proof-wash"]) holds(text, wash, 4.5);
  }
});

test("words on fills read", () => {
  holds("on-ink", "ink", 4.5);
  holds("on-ink", "ink-2", 4.5);
  holds("on-alarm", "alarm-fill", 4.5);
  holds("on-alarm", "alarm", 4.5);
});

test("edges of fields and series of charts are seen, 3 to 1", () => {
  for (const surface of ["paper", "sheet"]) {
    for (const mark of ["edge", "alarm-fill", "c-1", "c-2", "c-3", "c-4", "c-5"]) holds(mark, surface, 3);
  }
});
