"""Each rule of notebooks.py, failing and passing, on tiny notebooks."""

import base64
import copy
import pathlib
import sys
import tempfile
import unittest

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import notebooks  # noqa: E402

PNG = base64.b64encode(b"\x89PNG picture").decode()
LIBRARY = new_output("display_data", {"text/html": "<script>/tmp Plotly</script>"})
LIBRARY.metadata = nbformat.from_dict({"backbonelab": "plotly-library"})


def figure():
    data = {notebooks.PLOTLY: {"data": []}, "text/html": "<div/>", "text/plain": "figure", "image/png": PNG}
    return new_output("display_data", data)


def table(*headers):
    cells = "".join(f"<th>{h}</th>" for h in headers)
    return new_output("execute_result", {"text/html": f"<table><tr>{cells}</tr></table>", "text/plain": "t"})


def cell(*outputs, source="show(x);"):
    return new_code_cell(source, execution_count=1, outputs=copy.deepcopy(list(outputs)))


def good():
    notebook = new_notebook(metadata={"kernelspec": dict(notebooks.KERNELSPEC)})
    notebook.cells = [
        new_markdown_cell("% not code"),
        cell(LIBRARY, figure(), figure(), figure()),
        cell(table("backbone", "top-1"), table("Claim", "The paper", "Ours (95 %)", "Verdict")),
        cell(new_output("stream", name="stdout", text="and/work, user@example.org, a/tmp, x@12\n")),
    ]
    return notebook


class CheckTest(unittest.TestCase):
    def finds(self, notebook, reason, index=None, committed=False):
        findings = notebooks.check(notebook, committed)
        self.assertTrue(any(reason in r and index in (None, i) for i, r in findings), findings)

    def with_text(self, text):
        notebook = good()
        notebook.cells.append(cell(new_output("stream", name="stdout", text=text)))
        return notebook

    def test_good_notebook(self):
        self.assertEqual(notebooks.check(good()), [])
        self.assertEqual(notebooks.check(notebooks.strip(good()), committed=True), [])

    def test_kernelspec(self):
        notebook = good()
        notebook.metadata.kernelspec.name = "python3"
        self.finds(notebook, "kernelspec")

    def test_magic(self):
        notebook = good()
        notebook.cells.append(cell(source="int x = 1;\n  %maven a:b:1"))
        self.finds(notebook, "a magic: %maven a:b:1", 4)

    def test_lines(self):
        notebook = good()
        notebook.cells.append(cell(source="\n".join(["x();"] * 25)))
        self.assertEqual(notebooks.check(notebook), [])
        notebook.cells.append(cell(source="\n".join(["x();"] * 26)))
        self.finds(notebook, "26 lines", 5)

    def test_not_executed(self):
        notebook = good()
        notebook.cells += [new_code_cell(""), new_code_cell("int x;")]
        self.finds(notebook, "not executed", 5)

    def test_error(self):
        notebook = good()
        notebook.cells.append(cell(new_output("error", ename="E", evalue="v", traceback=[])))
        self.finds(notebook, "error output: E: v", 4)

    def test_machine_paths(self):
        for path in ("/root/.m2", "/home/ann/x", "/work", "/tmp/a", "C:\\Users\\ann"):
            with self.subTest(path):
                self.finds(self.with_text(f"reading {path}"), f"a path of the machine: {path}", 4)
        notebook = good()
        notebook.cells.append(cell(new_output("execute_result", {notebooks.PLOTLY: {"title": "/root/x"}})))
        self.finds(notebook, "a path of the machine: /root/x", 4)

    def test_identity_hashes(self):
        for text in ("java.io.PrintStream@6ff65192", "[I@1b2c3d", "[Ljava.lang.String;@5acf9800", "A$B@abcdef"):
            with self.subTest(text):
                self.finds(self.with_text(f"value {text}"), f"an identity hash: {text}", 4)

    def test_figures(self):
        notebook = good()
        del notebook.cells[1].outputs[1].data["image/png"]
        self.finds(notebook, "2 figures with a PNG")

    def test_tables(self):
        for kept, reason in ((0, "no table of claims"), (1, "no table of results")):
            notebook = good()
            notebook.cells[2].outputs = [notebook.cells[2].outputs[kept]]
            self.finds(notebook, reason)

    def test_committed_form(self):
        self.finds(good(), "plotly.js", 1, committed=True)
        self.finds(good(), "figure's HTML", 1, committed=True)


class FormTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_strip(self):
        notebook = good()
        notebook.metadata.language_info = {"name": "java"}
        notebook.metadata.widgets = {"state": {}}
        notebook.cells[1].metadata.execution = {"iopub.execute_input": "now"}
        notebook.cells[1].metadata.tags = ["kept"]
        ids = [c.id for c in notebook.cells]
        stripped = notebooks.strip(notebook)
        self.assertEqual(stripped.metadata, {"kernelspec": notebooks.KERNELSPEC})
        self.assertEqual(stripped.cells[1].metadata, {"tags": ["kept"]})
        self.assertEqual([c.id for c in stripped.cells], ids)
        self.assertEqual(len(stripped.cells[1].outputs), 3)
        self.assertEqual(set(stripped.cells[1].outputs[0].data), {notebooks.PLOTLY, "text/plain", "image/png"})
        self.assertIn("text/html", stripped.cells[2].outputs[0].data)

    def test_written_form_is_stable(self):
        first, second = self.folder / "a.ipynb", self.folder / "b.ipynb"
        notebooks.write(notebooks.strip(good()), first)
        self.assertEqual(notebooks.main(["strip", str(first), str(second)]), 0)
        self.assertEqual(first.read_bytes(), second.read_bytes())
        text = first.read_text(encoding="utf-8")
        self.assertTrue(text.startswith('{\n "cells"') and text.endswith("}\n"))

    def test_figures(self):
        (self.folder / "nb-9.png").touch()
        (self.folder / "other-1.png").touch()
        self.assertEqual(notebooks.write_figures(good(), "nb", self.folder), 3)
        names = sorted(p.name for p in self.folder.iterdir())
        self.assertEqual(names, ["nb-1.png", "nb-2.png", "nb-3.png", "other-1.png"])
        self.assertEqual((self.folder / "nb-1.png").read_bytes(), b"\x89PNG picture")

    def test_html(self):
        fine = '<script src="https://x/MathJax.js"></script><img src="data:image/png;base64,"><a href="https://x">x</a>'
        self.assertEqual(notebooks.external_references(fine + '<script src="">"src=http://x"</script>'), [])
        for bad in ('<script src="https://cdn.plot.ly/p.js">', '<link href="file:///x.css">', '<img src="x.png">'):
            self.assertEqual(len(notebooks.external_references(bad)), 1, bad)

    def test_command_line(self):
        path = self.folder / "n.ipynb"
        notebooks.write(good(), path)
        self.assertEqual(notebooks.main(["check", str(path)]), 0)
        self.assertEqual(notebooks.main(["check", "--committed", str(path)]), 1)


if __name__ == "__main__":
    unittest.main()
