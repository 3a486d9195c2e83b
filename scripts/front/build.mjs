// Writes static/vendor from node_modules: styles, fonts, icons, charts, their licences, each also compressed.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { cutTabler } from "./tabler.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, "../..");
const MODULES = join(ROOT, "node_modules");
const VENDOR = join(ROOT, "src/tocsin/web/static/vendor");
const MAKING = `${VENDOR}.new`;
const FONTS = [
  { name: "inter", family: "Inter Variable", weight: "100 900" },
  { name: "source-serif-4", family: "Source Serif 4 Variable", weight: "200 900" },
];

const names = (file) =>
  readFileSync(join(HERE, file), "utf8").split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));

function put(name, content) {
  const body = Buffer.from(content);
  writeFileSync(join(MAKING, name), body);
  writeFileSync(join(MAKING, `${name}.gz`), gzipSync(body, { level: 9 }));
  writeFileSync(join(MAKING, `${name}.br`), brotliCompressSync(body));
}

/** Copies the roman files for Latin scripts and returns their @font-face rules, with the ranges of the packages. */
function fonts() {
  mkdirSync(join(MAKING, "fonts"), { recursive: true });
  return FONTS.flatMap(({ name, family, weight }) => {
    const folder = join(MODULES, "@fontsource-variable", name);
    const sheet = readFileSync(join(folder, "index.css"), "utf8");
    return ["latin-ext", "latin"].map((script) => {
      const file = `${name}-${script}-wght-normal.woff2`;
      const range = sheet.split("@font-face").find((rule) => rule.includes(file))?.match(/unicode-range:\s*([^;}]+)/)?.[1];
      if (!range) throw new Error(`${name}/index.css names no unicode-range for ${file}; the package changed its form.`);
      cpSync(join(folder, "files", file), join(MAKING, "fonts", file));
      return `@font-face{font-family:"${family}";font-style:normal;font-display:swap;font-weight:${weight};` +
        `src:url(fonts/${file}) format("woff2");unicode-range:${range.trim()}}`;
    });
  }).join("");
}

/** Returns one SVG file with a symbol for each name of icons.txt. */
function icons() {
  const symbols = names("icons.txt").map((name) => {
    const path = join(MODULES, "@tabler/icons/icons/outline", `${name}.svg`);
    if (!existsSync(path)) throw new Error(`icons.txt: Tabler has no outline icon "${name}"; mend the name.`);
    const inner = readFileSync(path, "utf8").replace(/<!--[^]*?-->/g, "").match(/<svg[^>]*>([^]*)<\/svg>/)[1];
    const shapes = inner.replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "").replace(/\s+/g, " ").replace(/> </g, "><").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
      `stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

/** Bundles the chart library and returns the names of the packages whose code is in it. */
async function charts() {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(HERE, "charts.entry.mjs")],
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2022",
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  put("charts.js", outputFiles[0].text);
  const packages = Object.keys(metafile.inputs).map((path) => path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]);
  return [...new Set(packages.filter(Boolean))];
}

/** Returns the licence texts of the packages, one after the other. */
function licences(packages) {
  return packages.sort().map((name) => {
    const folder = join(MODULES, name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license", "LICENCE"].find((one) => existsSync(join(folder, one)));
    const text = file ? readFileSync(join(folder, file), "utf8").trim() : mit(name, license);
    return `${name} ${version} (${license})\n\n${text}\n`;
  }).join(`\n${"-".repeat(80)}\n\n`);
}

/** Tabler's stylesheet carries its holders in its banner and no text: that of its icons is the same licence. */
function mit(name, license) {
  if (name !== "@tabler/core" || license !== "MIT") throw new Error(`${name} carries no licence file; find its text.`);
  const holders = tabler.match(/Copyright [^\n]+/g);
  const text = readFileSync(join(MODULES, "@tabler/icons/LICENSE"), "utf8");
  return `${holders.join("\n")}\n\n${text.slice(text.indexOf("Permission is hereby")).trim()}`;
}

rmSync(MAKING, { recursive: true, force: true });
mkdirSync(MAKING, { recursive: true });
const tabler = readFileSync(join(MODULES, "@tabler/core/dist/css/tabler.css"), "utf8");
put("tabler.css", fonts() + (await cutTabler(tabler, names("keep.txt"))));
put("icons.svg", icons());
const bundled = await charts();
const shipped = ["@tabler/core", "@tabler/icons", ...FONTS.map(({ name }) => `@fontsource-variable/${name}`)];
writeFileSync(join(MAKING, "LICENSES.txt"), licences([...shipped, ...bundled]));
rmSync(VENDOR, { recursive: true, force: true });
renameSync(MAKING, VENDOR);
