"""Compares the outputs of two executions of a notebook, say on two kernels: equal but for times, or told where not.

Exit status 1 if anything differs: environment/lab/compare.py ours.ipynb theirs.ipynb
"""

import json
import pathlib
import re
import sys

TIME = re.compile(r"\b\d+(?:[.,]\d+)?\s*(?:ms|s|seconds?|min|minutes?|h|hours?)\b(?:\s+\d+\s*(?:s|min)\b)*")
WIDTH = 200


def plain(value):
    """Text as one string, without times; other JSON with equal texts where the times alone differ."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    if isinstance(value, str):
        return TIME.sub("TIME", value)
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    return value


def parts(output):
    """What an output shows, by name: its data by MIME type, its stream's text, its error."""
    kind = output["output_type"]
    if kind == "stream":
        return {output["name"]: plain(output["text"])}
    if kind == "error":
        return {"error": f"{output['ename']}: {output['evalue']}"}
    # Pictures have no times in them that could be told apart.
    found = {mime: value if mime.startswith("image/") else plain(value) for mime, value in output["data"].items()}
    return found | {"metadata": output.get("metadata", {})}


def excerpt(one, other):
    """The texts from shortly before the first place where they differ."""
    one, other = (v if isinstance(v, str) else json.dumps(v, sort_keys=True) for v in (one, other))
    first = next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    begin = max(0, first - WIDTH // 4)
    return one[begin : begin + WIDTH], other[begin : begin + WIDTH]


def compare(ours, theirs):
    """What differs, a sentence each."""
    cells = [[c for c in notebook["cells"] if c["cell_type"] == "code"] for notebook in (ours, theirs)]
    if [plain(c["source"]) for c in cells[0]] != [plain(c["source"]) for c in cells[1]]:
        yield "the notebooks have different cells"
        return
    for number, (one, other) in enumerate(zip(*cells), 1):
        where = f"cell {number} of code ({plain(one['source']).splitlines()[0] if one['source'] else ''})"
        if len(one["outputs"]) != len(other["outputs"]):
            kinds = [", ".join(o["output_type"] for o in c["outputs"]) or "none" for c in (one, other)]
            yield f"{where}: outputs are {kinds[0]} in ours, {kinds[1]} in theirs"
            continue
        for place, (a, b) in enumerate(zip(one["outputs"], other["outputs"]), 1):
            mine, yours = parts(a), parts(b)
            for name in sorted(mine.keys() | yours.keys()):
                if mine.get(name) != yours.get(name):
                    texts = excerpt(mine.get(name, "nothing"), yours.get(name, "nothing"))
                    yield f"{where}, output {place}, {name}:\n    ours:   {texts[0]!r}\n    theirs: {texts[1]!r}"


def main(paths):
    if len(paths) != 2:
        sys.exit(__doc__)
    ours, theirs = (json.loads(pathlib.Path(path).read_text(encoding="utf-8")) for path in paths)
    found = list(compare(ours, theirs))
    count = sum(len(parts(o)) - 1 for c in ours["cells"] if c["cell_type"] == "code" for o in c["outputs"])
    print("\n".join(found + [f"{pathlib.Path(paths[0]).name}: {count} contents of outputs, {len(found)} differences"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
