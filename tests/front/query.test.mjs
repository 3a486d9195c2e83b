import assert from "node:assert/strict";
import { test } from "node:test";
import { without, withClause } from "../../src/tocsin/web/static/js/query.js";

/** Takes a part of the query, named by its text. */
const taken = (query, part) => {
  const from = [...query.slice(0, query.indexOf(part))].length;
  return without(query, from, from + [...part].length);
};

test("a first clause is the query", () => {
  assert.equal(withClause("  ", "lang:fr"), "lang:fr");
  assert.equal(withClause("", "promo", true), "NOT promo");
});

test("a clause is joined by AND, an unwanted one by NOT", () => {
  assert.equal(withClause('"maison alba"', "lang:fr"), '"maison alba" AND lang:fr');
  assert.equal(withClause("alba", "promo", true), "alba NOT promo");
});

test("an OR keeps its meaning inside brackets", () => {
  assert.equal(withClause("alba OR nuage", "lang:fr"), "(alba OR nuage) AND lang:fr");
  assert.equal(withClause('"this OR that"', "lang:fr"), '"this OR that" AND lang:fr');
  assert.equal(withClause("(a OR b)", "c"), "(a OR b) AND c");
});

test("a part leaves with the operator that bound it", () => {
  assert.equal(taken("alba AND lang:fr", "lang:fr"), "alba");
  assert.equal(taken("alba AND lang:fr", "alba"), "lang:fr");
  assert.equal(taken("alba NOT promo", "promo"), "alba");
  assert.equal(taken("alba AND NOT promo AND lang:fr", "promo"), "alba AND lang:fr");
  assert.equal(taken("alba lang:fr stars:<3", "lang:fr"), "alba stars:<3");
  assert.equal(taken("(alba OR nuage) AND lang:fr", "alba"), "(nuage) AND lang:fr");
  assert.equal(taken("(alba OR nuage) AND lang:fr", "nuage"), "(alba) AND lang:fr");
  assert.equal(taken("alba", "alba"), "");
});

test("places count code points, as the server does", () => {
  assert.equal(taken("🔔🔔 AND lang:fr", "lang:fr"), "🔔🔔");
});
