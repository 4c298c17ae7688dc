"""Writes the static site: a page for each committed notebook, and an index with what the studies find.

A page is one file that loads nothing: figures are shown as pictures and become interactive when they are scrolled to, by
the plotly.js within the page; formulas are MathML. Needs nbconvert (for Markdown and colours of code), esbuild (to make
plotly.js smaller), and KaTeX with Node.js where there are formulas.
"""

import argparse
import base64
import gzip
import html
import json
import pathlib
import re
import subprocess
import sys
import zipfile

import nbformat
from nbconvert.filters import Highlight2HTML, markdown2html
from pygments.formatters import HtmlFormatter

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PLOTLY = "application/vnd.plotly.v1+json"
PLOTLY_JS = re.compile(r"META-INF/resources/webjars/plotly\.js-dist/[^/]+/plotly\.js")
# Code is left alone: a dollar in it is no formula.
FORMULA = re.compile(r"```.*?```|`[^`\n]*`|\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$\n]+?)\$", re.DOTALL)
HEADING = re.compile(r'<h([123]) id="([^"]*)">(.*?)<a class="anchor-link".*?</a></h\1>', re.DOTALL)
MAX_BYTES = 6_000_000


def plotly_js(classpath):
    """The text of plotly.js from its jar, made smaller."""
    for entry in classpath.split(":"):
        if "plotly.js-dist" in entry:
            with zipfile.ZipFile(entry) as jar:
                name = next(n for n in jar.namelist() if PLOTLY_JS.fullmatch(n))
                command = ["esbuild", "--minify", "--target=es2020", "--charset=utf8", "--log-level=error"]
                return subprocess.run(command, input=jar.read(name), stdout=subprocess.PIPE, check=True).stdout.decode()
    sys.exit("there is no jar of plotly.js-dist on the class path given")


def plotly_script(text):
    """A script that unpacks plotly.js in the browser, behind the page's first sight."""
    # The time of packing would make each page another.
    packed = base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()
    return (
        f'<script id="packed" type="text/plain">{packed}</script>\n<script>\n'
        "window.plotly = (async () => {\n"
        '  const bytes = Uint8Array.from(atob(document.getElementById("packed").textContent), (c) => c.charCodeAt(0));\n'
        '  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));\n'
        "  new Function(await new Response(stream).text()).call(window);\n"
        "})();\n</script>\n"
    )


class Formulas:
    """Formulas of all pages, rendered in one call; until then each is a mark that Markdown leaves alone."""

    def __init__(self):
        self.found = []

    def take(self, markdown):
        return FORMULA.sub(self._mark, markdown)

    def _mark(self, match):
        tex = match["block"] or match["inline"]
        if tex is None:
            return match[0]
        self.found.append({"tex": tex, "block": match["block"] is not None})
        return f"FORMULA{len(self.found) - 1}END"

    def put(self, page):
        if not hasattr(self, "rendered"):
            self.rendered = self._render()
        return re.sub(r"FORMULA(\d+)END", lambda m: self.rendered[int(m[1])], page)

    def _render(self):
        if not self.found:
            return []
        katex = pathlib.Path("/usr/share/javascript/katex/katex.js")
        if not katex.is_file():
            sys.exit(f"{len(self.found)} formulas, but {katex} is missing: install libjs-katex and nodejs")
        done = subprocess.run(
            ["node", str(HERE / "mathml.js"), str(katex)], input=json.dumps(self.found), text=True, capture_output=True
        )
        if done.returncode:
            sys.exit(f"a formula cannot be rendered: {done.stderr.strip()}")
        return json.loads(done.stdout)


def prose(markdown, formulas, pages):
    """Markdown as HTML. Links to notebooks lead to their pages; those to other files of the repository are left out."""
    page = markdown2html(formulas.take(markdown))

    def link(match):
        target = html.unescape(match[1])
        name = target.split("/")[-1].split("#")[0]
        if re.match(r"https?://|#", target):
            return match[0]
        if name.endswith(".ipynb") and name[:-6] in pages:
            return f'<a href="{name[:-6]}.html">{match[2]}</a>'
        return match[2]

    return re.sub(r'<a href="([^"]*)">(.*?)</a>', link, page, flags=re.DOTALL)


def figure(data):
    """The picture, and the figure's JSON for the script that draws it."""
    given = data[PLOTLY]
    title = given.get("layout", {}).get("title", {}).get("text", "figure")
    width = given.get("layout", {}).get("width", 700)
    alt = html.escape(re.sub(r"<[^>]*>", " ", title))
    text = json.dumps(given, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    image = f'<img src="data:image/png;base64,{data["image/png"].strip()}" width="{width}" alt="{alt}">'
    return f'<figure data-plotly>{image}<script type="application/json">{text}</script></figure>'


def output(one, formulas, pages):
    """One output of a cell, in the best form that a page can show."""
    if one.output_type == "stream":
        return f'<pre class="text">{html.escape(one.text)}</pre>'
    if one.output_type == "error":
        sys.exit(f"the notebook holds an error: {one.ename}: {one.evalue}")
    data = one.data
    if PLOTLY in data and "image/png" in data:
        return figure(data)
    if "text/html" in data:
        return f'<div class="scroll">{data["text/html"]}</div>'
    if "text/markdown" in data:
        return f'<div class="prose">{prose(data["text/markdown"], formulas, pages)}</div>'
    if "image/png" in data:
        alt = html.escape(data.get("text/plain", "picture"))
        return f'<figure><img src="data:image/png;base64,{data["image/png"].strip()}" alt="{alt}"></figure>'
    return f'<pre class="text">{html.escape(data.get("text/plain", ""))}</pre>'


def cells(notebook, formulas, pages):
    colour = Highlight2HTML(pygments_lexer="java")
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield f'<div class="prose">{prose(cell.source, formulas, pages)}</div>'
        elif cell.cell_type == "code" and cell.source.strip():
            yield f'<details class="code"><summary>code</summary>{colour(cell.source)}</details>'
            for one in cell.outputs:
                if one.get("metadata", {}).get("backbonelab") != "plotly-library":
                    yield output(one, formulas, pages)


def contents(body):
    """A list of the page's headings; the first is the page's title."""
    entries = [(int(level), anchor, re.sub(r"<[^>]*>", "", text)) for level, anchor, text in HEADING.findall(body)]
    items = "".join(f'<li class="h{level}"><a href="#{anchor}">{text}</a></li>' for level, anchor, text in entries[1:])
    return f'<details class="contents" open><summary>Contents</summary><ul>{items}</ul></details>' if items else ""


def shell(title, body, navigation, commit, scripts=""):
    style = (HERE / "page.css").read_text(encoding="utf-8") + HtmlFormatter(style="default").get_style_defs(".highlight")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{style}\n</style>\n</head>\n<body>\n"
        f'<nav class="top">{navigation}</nav>\n<main>\n{body}\n'
        f"<footer>Made by <code>environment/pages.sh</code> from commit <code>{html.escape(commit)}</code>.</footer>\n"
        f"</main>\n{scripts}</body>\n</html>\n"
    )


def title_of(notebook):
    for cell in notebook.cells:
        found = re.search(r"^# (.+)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
        if found:
            return re.sub(r"[*`]", "", found[1])
    return "Backbone Lab"


def findings(readme, more):
    """What README says first, but for its picture, and the table of what the studies find."""
    first = re.sub(r"^!\[.*", "", readme.split("\n## ", 1)[0], flags=re.MULTILINE)
    found = re.search(r"^## What we find\n.*?(?=^!\[|^## |\Z)", more, re.MULTILINE | re.DOTALL)
    if not found:
        sys.exit('notebooks/README.md has no section "## What we find"; the index shows its table')
    return first + "\n\n" + found[0]


def write(path, text):
    size = len(text.encode())
    if size > MAX_BYTES:
        sys.exit(f"{path.name} would have {size} bytes, at most {MAX_BYTES} are allowed: fewer or smaller pictures")
    path.write_text(text, encoding="utf-8")
    print(f"{size / 1e6:6.2f} MB  {path}")


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="+", type=pathlib.Path)
    parser.add_argument("--classpath", required=True, help="one that has the jar of plotly.js-dist")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--commit", default="unknown")
    arguments = parser.parse_args(argv)
    arguments.out.mkdir(parents=True, exist_ok=True)
    pages = {path.stem: nbformat.read(path, as_version=4) for path in arguments.notebooks}
    titles = {name: title_of(notebook) for name, notebook in pages.items()}
    formulas = Formulas()
    bodies = {name: "\n".join(cells(notebook, formulas, pages)) for name, notebook in pages.items()}
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "notebooks/README.md")]
    index = f'<div class="prose">{prose(findings(*texts), formulas, pages)}</div>'
    links = "".join(f'<a href="{name}.html">{html.escape(title)}</a>' for name, title in titles.items())
    navigation = f'<a href="index.html"><b>Backbone Lab</b></a>{links}<a href="javadoc/index.html">Javadoc</a>'
    script = plotly_script(plotly_js(arguments.classpath))
    script += f'<script>\n{(HERE / "figures.js").read_text(encoding="utf-8")}</script>\n'
    for name, body in bodies.items():
        body = formulas.put(body)
        at = body.find("</h1>") + len("</h1>")
        body = body[:at] + contents(body) + body[at:]
        write(arguments.out / f"{name}.html", shell(titles[name], body, navigation, arguments.commit, script))
    write(arguments.out / "index.html", shell("Backbone Lab", formulas.put(index), navigation, arguments.commit))


if __name__ == "__main__":
    main(sys.argv[1:])
