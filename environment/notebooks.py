"""What happens to executed notebooks: checks, the committed form, figures, and a look at their HTML.

Needs nbformat and nothing else that does not come with Python. Display data of the toolkit is told by two signs: the
plotly.js library is an output whose metadata has {"backbonelab": "plotly-library"}, and a figure's bundle has the key
application/vnd.plotly.v1+json.
"""

import argparse
import base64
import html.parser
import pathlib
import re
import sys

import nbformat

PLOTLY = "application/vnd.plotly.v1+json"
MAX_LINES = 25
MIN_FIGURES = 3
CLAIMS = ("claim", "paper", "ours", "verdict")
KERNELSPEC = {"display_name": "Java", "language": "java", "name": "java"}

MACHINE_PATH = re.compile(r"(?<![\w/.])(?:/(?:root|work|tmp)\b|/home/\w+|[A-Z]:\\+Users\b)[\w./\\-]*")
IDENTITY_HASH = re.compile(r"(?:[\w$.]*\w|\[+[A-Z][\w.$]*;?)@[0-9a-f]{5,8}\b")


def is_library(output):
    return output.get("metadata", {}).get("backbonelab") == "plotly-library"


def bundles(notebook):
    """The data of every display and result, the library's aside, with its output and its cell's index."""
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if "data" in output and not is_library(output):
                yield index, output, output["data"]


# The checks: each yields (cell index, reason).


def check_language(notebook):
    if notebook.metadata.get("kernelspec", {}).get("name") != "java":
        yield 0, "the notebook's kernelspec is not java"
    for index, cell in enumerate(notebook.cells):
        for line in cell.source.splitlines() if cell.cell_type == "code" else []:
            if line.lstrip().startswith("%"):
                yield index, f"a magic: {line.strip()}"


def check_size(notebook):
    for index, cell in enumerate(notebook.cells):
        lines = len(cell.source.splitlines())
        if cell.cell_type == "code" and lines > MAX_LINES:
            yield index, f"{lines} lines of code, at most {MAX_LINES} are allowed"


def check_executed(notebook):
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            yield index, "not executed"


def check_errors(notebook):
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                yield index, f"error output: {output.ename}: {output.evalue}"


def output_texts(notebook):
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                yield index, output.text
    for index, _, data in bundles(notebook):
        for mime, value in data.items():
            if not mime.startswith("image/") or mime == "image/svg+xml":
                yield index, value if isinstance(value, str) else str(value)


def check_texts(notebook):
    for index, text in output_texts(notebook):
        for pattern, what in ((MACHINE_PATH, "a path of the machine"), (IDENTITY_HASH, "an identity hash")):
            match = pattern.search(text)
            if match:
                yield index, f"{what}: {match.group()}"


def check_contents(notebook):
    figures = sum(PLOTLY in data and "image/png" in data for _, _, data in bundles(notebook))
    if figures < MIN_FIGURES:
        yield 0, f"{figures} figures with a PNG, at least {MIN_FIGURES} are needed"
    headers = [h for _, _, data in bundles(notebook) for h in table_headers(data.get("text/html", ""))]
    claims = [h for h in headers if all(any(word in cell for cell in h) for word in CLAIMS)]
    if not claims:
        yield 0, "no table of claims, with the columns " + ", ".join(CLAIMS)
    if len(headers) == len(claims):
        yield 0, "no table of results"


def check_stripped(notebook):
    for index, cell in enumerate(notebook.cells):
        if any(is_library(output) for output in cell.get("outputs", [])):
            yield index, "holds plotly.js; commit what environment/run.sh --save writes"
    for index, _, data in bundles(notebook):
        if PLOTLY in data and "text/html" in data:
            yield index, "a figure's HTML; commit what environment/run.sh --save writes"


CHECKS = (check_language, check_size, check_executed, check_errors, check_texts, check_contents)


def check(notebook, committed=False):
    checks = CHECKS + ((check_stripped,) if committed else ())
    return [finding for rule in checks for finding in rule(notebook)]


class TableHeaders(html.parser.HTMLParser):
    """The header cells of each table, in lower case."""

    def __init__(self):
        super().__init__()
        self.tables = []
        self.inside = False

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "th" and self.tables:
            self.inside = True
            self.tables[-1].append("")

    def handle_endtag(self, tag):
        if tag == "th":
            self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.tables[-1][-1] += data.lower()


def table_headers(text):
    parser = TableHeaders()
    parser.feed(text)
    return parser.tables


def strip(notebook):
    """The committed form: small, the same whoever executed it, and readable without JavaScript."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC})
    for cell in notebook.cells:
        for key in ("execution", "collapsed", "scrolled", "trusted", "ExecuteTime", "widgets"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not is_library(output)]
    for _, _, data in bundles(notebook):
        if PLOTLY in data:
            data.pop("text/html", None)
    return notebook


def write(notebook, path):
    text = nbformat.writes(notebook, nbformat.NO_CONVERT, indent=1)
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def write_figures(notebook, stem, folder):
    """All pictures in order as <stem>-<n>.png; a notebook with fewer than before leaves no old ones behind."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{stem}-*.png"):
        old.unlink()
    pictures = [data["image/png"] for _, _, data in bundles(notebook) if "image/png" in data]
    for number, picture in enumerate(pictures, 1):
        (folder / f"{stem}-{number}.png").write_bytes(base64.b64decode(picture))
    return len(pictures)


class References(html.parser.HTMLParser):
    """What a page loads from elsewhere; MathJax is left out, without it formulas are shown as TeX."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            loads = name == "src" or (tag == "link" and name == "href")
            if loads and value and not re.match(r"data:|#", value) and "mathjax" not in value.lower():
                self.found.append(f"<{tag} {name}={value[:100]}>")


def external_references(text):
    parser = References()
    parser.feed(text)
    return parser.found


def read(path):
    return nbformat.read(path, as_version=4)


def run_check(arguments):
    findings = 0
    for path in arguments.notebooks:
        for index, reason in check(read(path), arguments.committed):
            findings += 1
            print(f"{path}: cell {index + 1}: {reason}")
    print(f"{len(arguments.notebooks)} notebooks checked, {findings} findings")
    return 1 if findings else 0


def run_strip(arguments):
    write(strip(read(arguments.source)), arguments.target)
    return 0


def run_figures(arguments):
    count = write_figures(read(arguments.notebook), arguments.notebook.stem, arguments.folder)
    print(f"{count} figures of {arguments.notebook.stem} written")
    return 0


def run_html(arguments):
    found = external_references(arguments.page.read_text(encoding="utf-8"))
    for reference in found:
        print(f"{arguments.page}: not self-contained: {reference}")
    return 1 if found else 0


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("check", help="print what is wrong with notebooks; exit 1 if anything is")
    command.add_argument("--committed", action="store_true", help="they are in git, so also in the committed form")
    command.add_argument("notebooks", nargs="+", type=pathlib.Path)
    command.set_defaults(run=run_check)
    command = commands.add_parser("strip", help="write the committed form of a notebook")
    command.add_argument("source", type=pathlib.Path)
    command.add_argument("target", type=pathlib.Path)
    command.set_defaults(run=run_strip)
    command = commands.add_parser("figures", help="write a notebook's pictures as PNG files")
    command.add_argument("notebook", type=pathlib.Path)
    command.add_argument("folder", type=pathlib.Path)
    command.set_defaults(run=run_figures)
    command = commands.add_parser("html", help="exit 1 if a page loads anything but MathJax from elsewhere")
    command.add_argument("page", type=pathlib.Path)
    command.set_defaults(run=run_html)
    arguments = parser.parse_args(argv)
    return arguments.run(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
