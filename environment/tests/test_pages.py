"""The static pages: what a notebook's cells become, and that a page loads nothing from elsewhere."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

ENVIRONMENT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ENVIRONMENT), str(ENVIRONMENT / "pages")]

import nbformat
import notebooks
import pages

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
EVIL = "<img src=x onerror=alert(1)>"


def notebook():
    figure = {"data": [{"name": "</script>" + EVIL}], "layout": {"title": {"text": f"Loss {EVIL}"}, "width": 650}}
    code = nbformat.v4.new_code_cell('show("a < b");', execution_count=1)
    code.outputs = [
        nbformat.v4.new_output("display_data", {pages.PLOTLY: figure, "image/png": PNG, "text/html": "<b>big</b>"}),
        nbformat.v4.new_output("display_data", {"text/html": "<table><tr><td>1</td></tr></table>"}),
        nbformat.v4.new_output("stream", text=f"printed {EVIL}"),
        nbformat.v4.new_output("display_data", {"text/html": "lib"}, metadata={"backbonelab": "plotly-library"}),
    ]
    text = "# 1. Flat *minima*\n\nSee [two](02_two.ipynb), [the code](../x.java), [there](https://a.org).\n\n## More\n\nx"
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text), code])


class CellsTest(unittest.TestCase):
    def setUp(self):
        self.formulas = pages.Formulas()
        self.body = "\n".join(pages.cells(notebook(), self.formulas, {"02_two": None}))

    def test_a_figure_is_a_picture_with_its_json(self):
        self.assertEqual(1, self.body.count("<figure data-plotly>"))
        self.assertIn(f'src="data:image/png;base64,{PNG}" width="650"', self.body)
        self.assertNotIn("<b>big</b>", self.body)

    def test_names_stay_text(self):
        self.assertNotIn(EVIL, self.body)
        self.assertEqual(self.body.count("<script"), self.body.count("</script>"))

    def test_the_library_of_a_notebook_is_left_out(self):
        self.assertNotIn("lib", self.body)

    def test_links_lead_to_pages_or_nowhere(self):
        self.assertIn('<a href="02_two.html">two</a>', self.body)
        self.assertIn("the code", self.body)
        self.assertNotIn("x.java", self.body)
        self.assertIn('<a href="https://a.org">there</a>', self.body)

    def test_contents_are_the_headings_but_the_first(self):
        found = pages.contents(self.body)
        self.assertIn(">More</a>", found)
        self.assertNotIn("minima", found)
        self.assertEqual("1. Flat minima", pages.title_of(notebook()))


class FormulasTest(unittest.TestCase):
    def test_formulas_survive_markdown_and_code_is_left_alone(self):
        formulas = pages.Formulas()
        with mock.patch.object(formulas, "_render", lambda: [f"<math>{f['tex']}</math>" for f in formulas.found]):
            page = pages.prose("$a_1 * b_1 * c$ and $$\\lambda_x$$, but `$HOME $PATH`.", formulas, {})
            page = formulas.put(page)
        self.assertIn("<math>a_1 * b_1 * c</math>", page)
        self.assertIn("<math>\\lambda_x</math>", page)
        self.assertIn("<code>$HOME $PATH</code>", page)
        self.assertEqual([False, True], [f["block"] for f in formulas.found])


class SiteTest(unittest.TestCase):
    def make(self, folder, most=pages.MAX_BYTES):
        path = folder / "01_flat.ipynb"
        nbformat.write(notebook(), path)
        with mock.patch.object(pages, "plotly_js", lambda classpath: "window.Plotly = {}"):
            with contextlib.redirect_stdout(io.StringIO()), mock.patch.object(pages, "MAX_BYTES", most):
                pages.main([str(path), "--classpath", "", "--out", str(folder / "site"), "--commit", "abc"])
        return folder / "site"

    def test_pages_load_nothing_from_elsewhere_and_are_the_same_each_time(self):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            first, second = self.make(pathlib.Path(one)), self.make(pathlib.Path(two))
            for name in ("index.html", "01_flat.html"):
                text = (first / name).read_text(encoding="utf-8")
                self.assertEqual([], notebooks.external_references(text.replace('<link rel="icon" href="data:,">', "")))
                self.assertEqual(text, (second / name).read_text(encoding="utf-8"))
            self.assertIn("What we find", (first / "index.html").read_text(encoding="utf-8"))

    def test_a_page_that_is_too_heavy_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(SystemExit, "01_flat.html would have .* at most 1000 are allowed"):
                self.make(pathlib.Path(folder), most=1000)


if __name__ == "__main__":
    unittest.main()
