// Reads a JSON list of formulas in TeX, [{"tex": ..., "block": ...}], and writes their MathML as a JSON list.
// Called with the path of KaTeX; an error of TeX ends it with KaTeX's message.
const katex = require(process.argv[2]);
const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
const options = (formula) => ({ output: "mathml", displayMode: formula.block, strict: "error", trust: false });
process.stdout.write(JSON.stringify(formulas.map((f) => katex.renderToString(f.tex, options(f)))));
