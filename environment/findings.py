"""Holds the numbers that the READMEs print of a study against the study: its committed notebook and its committed rows.

A table whose header has the column "ours" or "answer" is looked at. Each of its rows names a study in its first column.
A number in that column has to be among the outputs of the study's notebook, rounded as it is printed; the column "time"
has to be half the seconds of the study's rows, for they run on two workers.
"""

import argparse
import csv
import html
import json
import pathlib
import re
import sys

STUDIES = {
    "BOCB": ("01_bocb", "bocb"),
    "ConvNeXt V2": ("02_convnextv2_fcmae", "convnextv2"),
    "NFNet scaling": ("03_nfnet_scaling", "nfnet"),
    "SAM": ("04_sam_vit_mixer", "sam"),
}
COLUMNS = ("ours", "answer")
NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?:[eE]-?\d+)?(?![\w]|\.\d)")
DURATION = re.compile(r"(?:(\d+) h)? ?(?:(\d+) min)?")


def numbers(text):
    return [token.replace("−", "-") for token in NUMBER.findall(text)]


def said(notebook):
    """Every number that the outputs of a notebook show."""
    texts = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            texts += ["".join(output.get("text", ""))]
            texts += ["".join(data.get(kind, "")) for kind in ("text/plain", "text/markdown")]
            texts.append(re.sub(r"<[^>]*>", " ", html.unescape("".join(data.get("text/html", "")))))
            figure = data.get("application/vnd.plotly.v1+json")
            # Of a figure what is written in it, such as the values in a heat map's fields; its points are too many.
            for trace in figure["data"] if figure else []:
                texts.append(json.dumps(trace.get("text", "")))
    return {abs(float(number)) for text in texts for number in numbers(text)}


def is_said(token, values):
    """A number of one digit says too little to be looked for; a sign is a matter of which is taken from which.

    What is shown may be rounded already, so a half is rounded either way.
    """
    digits = token.lstrip("-").replace(".", "")
    if len(digits) < 2:
        return True
    decimals = len(token.partition(".")[2])
    most = 0.5 * 10**-decimals * 1.000001
    return any(abs(value - float(token.lstrip("-"))) <= most for value in values)


def minutes(text):
    hours, rest = DURATION.match(text).groups()
    return 60 * int(hours or 0) + int(rest or 0)


def tables(markdown):
    """Each table as a list of rows, each a dictionary by header."""
    lines = markdown.splitlines()
    for index, line in enumerate(lines):
        if line.startswith("|") and index + 1 < len(lines) and re.match(r"\|[ :|-]+\|$", lines[index + 1]):
            header = [cell.strip() for cell in line.strip("|").split("|")]
            rows = []
            for row in lines[index + 2:]:
                if not row.startswith("|"):
                    break
                rows.append(dict(zip(header, (cell.strip() for cell in row.strip("|").split("|")))))
            yield header, rows


def problems(markdown, notebooks):
    """What a README says that its studies do not."""
    found, looked_at = [], 0
    for header, rows in tables(markdown):
        column = next((name for name in COLUMNS if name in header), None)
        for row in rows if column else []:
            looked_at += 1
            name = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", row[header[0]])
            if name not in STUDIES:
                found.append(f"{name}: no study of that name, expected one of {', '.join(STUDIES)}")
                continue
            found += problems_of(name, row[column], row.get("time"), notebooks)
    return found if looked_at else ["there is no table with a column " + " or ".join(COLUMNS)]


def problems_of(name, text, time, notebooks):
    stem, study = STUDIES[name]
    values = said(json.loads((notebooks / f"{stem}.ipynb").read_text(encoding="utf-8")))
    for token in numbers(text):
        if not is_said(token, values):
            yield f"{name}: {token} is not among the outputs of {stem}.ipynb"
    if time is not None:
        with open(notebooks / "results" / f"{study}.csv", encoding="utf-8", newline="") as table:
            taken = sum(float(row["seconds"] or 0) for row in csv.DictReader(table)) / 120
        if abs(minutes(time) - taken) > 0.5 + 0.01 * taken:
            yield f"{name}: the time is {time}, but the rows of {study}.csv took {taken:.0f} min on two workers"


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", type=pathlib.Path, help="the folder of the committed notebooks")
    parser.add_argument("readmes", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args(argv)
    found = [
        f"{readme}: {problem}"
        for readme in arguments.readmes
        for problem in problems(readme.read_text(encoding="utf-8"), arguments.notebooks)
    ]
    print("\n".join(found + [f"{len(arguments.readmes)} files checked, {len(found)} findings"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
