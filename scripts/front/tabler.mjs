// Cuts Tabler's stylesheet down to the families named in keep.txt: our own files hold the rest of the looks.
import { transform } from "esbuild";
import postcss from "postcss";

/**
 * @param {string} css the whole of tabler.css
 * @param {string[]} families class names kept; one that ends in * keeps all that begins so
 * @returns {Promise<string>} the stylesheet without rules of other classes and without what nothing uses, minified
 */
export async function cutTabler(css, families) {
  const root = postcss.parse(css);
  const exact = new Set(families.filter((name) => !name.endsWith("*")));
  const prefixes = families.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));
  const isKept = (name) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
  root.walkComments((comment) => comment.remove());
  root.walkRules((rule) => {
    if (rule.parent.type === "atrule" && rule.parent.name.endsWith("keyframes")) return;
    const selectors = rule.selectors.filter((selector) => selectorStays(selector, isKept));
    if (selectors.length) rule.selectors = selectors;
    else rule.remove();
  });
  while (dropIdle(root));
  return (await transform(root.toString(), { loader: "css", minify: true, legalComments: "none" })).code;
}

/** All its classes must be kept, those inside :not() aside. Dark is told by our tokens alone. */
function selectorStays(selector, isKept) {
  if (/data-bs-theme=["']?dark/.test(selector)) return false;
  const asked = selector.replace(/:not\([^)]*\)/g, "");
  return [...asked.matchAll(/\.(-?[A-Za-z_][\w-]*)/g)].every((found) => isKept(found[1]));
}

/** Drops animations, custom properties and empty blocks that nothing left uses; returns whether it dropped any. */
function dropIdle(root) {
  const text = root.toString();
  const read = new Set([...text.matchAll(/var\(\s*(--[\w-]+)/g)].map((found) => found[1]));
  const played = new Set([...text.matchAll(/animation(?:-name)?:([^;}]+)/g)].flatMap((found) => found[1].split(/[\s,]+/)));
  let dropped = false;
  const drop = (node) => {
    node.remove();
    dropped = true;
  };
  root.walkDecls(/^--/, (declaration) => void (read.has(declaration.prop) || drop(declaration)));
  root.walkAtRules((rule) => {
    if (rule.name.endsWith("keyframes") ? !played.has(rule.params) : rule.nodes?.length === 0) drop(rule);
  });
  root.walkRules((rule) => void (rule.nodes.length || drop(rule)));
  return dropped;
}
