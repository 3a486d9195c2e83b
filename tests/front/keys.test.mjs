import assert from "node:assert/strict";
import { test } from "node:test";
import { meaning, stepped } from "../../src/tocsin/web/static/js/keys.js";

test("j and k move, a letter is itself, nothing is taken from someone who writes", () => {
  assert.equal(meaning({ key: "j" }, false), "next");
  assert.equal(meaning({ key: "k" }, false), "previous");
  assert.equal(meaning({ key: "e" }, false), "e");
  assert.equal(meaning({ key: "?" }, false), "?");
  assert.equal(meaning({ key: "j" }, true), null);
});

test("Escape leaves a field too", () => {
  assert.equal(meaning({ key: "Escape" }, true), "leave");
});

test("shortcuts of the browser stay the browser's", () => {
  assert.equal(meaning({ key: "a", ctrlKey: true }, false), null);
  assert.equal(meaning({ key: "a", metaKey: true }, false), null);
  assert.equal(meaning({ key: "F5" }, false), null);
  assert.equal(meaning({ key: "a", isComposing: true }, false), null);
});

test("moving stops at both ends of a list", () => {
  assert.equal(stepped(-1, 3, 1), 0);
  assert.equal(stepped(-1, 0, 1), -1);
  assert.equal(stepped(0, 3, -1), 0);
  assert.equal(stepped(2, 3, 1), 2);
  assert.equal(stepped(1, 3, 1), 2);
});
