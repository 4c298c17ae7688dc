"""Outputs of two executions are equal but for times, and what differs is told."""

import copy
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lab"))
import compare


def notebook(*outputs):
    cell = {"cell_type": "code", "source": ["study.run();\n", "show(x);"], "outputs": list(outputs)}
    return {"cells": [{"cell_type": "markdown", "source": "text"}, cell], "metadata": {}}


def display(**data):
    return {"output_type": "display_data", "data": {k.replace("_", "/"): v for k, v in data.items()}, "metadata": {}}


class CompareTest(unittest.TestCase):
    def differences(self, ours, theirs):
        return list(compare.compare(ours, theirs))

    def test_times_may_differ(self):
        ours = notebook(display(text_plain="3 / 3 cells, done after 52 s, accuracy 71.5 %", text_html=["1 min 3 s", " ago"]))
        theirs = notebook(display(text_plain="3 / 3 cells, done after 1 min 2 s, accuracy 71.5 %", text_html="2 h ago"))
        self.assertEqual([], self.differences(ours, theirs))

    def test_numbers_pictures_and_metadata_may_not(self):
        ours = notebook(display(text_plain="71.5 %", image_png="AAAA"))
        for change in (
            lambda output: output["data"].update({"text/plain": "71.6 %"}),
            lambda output: output["data"].update({"image/png": "AAAB"}),
            lambda output: output["data"].pop("image/png"),
            lambda output: output["data"].update({"application/vnd.plotly.v1+json": {"data": []}}),
            lambda output: output["metadata"].update({"mark": 1}),
        ):
            theirs = copy.deepcopy(ours)
            change(theirs["cells"][1]["outputs"][0])
            found = self.differences(ours, theirs)
            self.assertEqual(1, len(found), found)
            self.assertTrue(found[0].startswith("cell 1 of code (study.run();), output 1, "), found)

    def test_figures_are_compared_as_json(self):
        ours, theirs = (notebook(display(json={"a": [1, "5 s"], "b": b})) for b in (1, 2))
        self.assertEqual([], self.differences(ours, notebook(display(json={"b": 1, "a": [1, "6 s"]}))))
        self.assertEqual(1, len(self.differences(ours, theirs)))

    def test_an_output_more_and_other_cells_are_told(self):
        value = {"output_type": "execute_result", "data": {"text/plain": "/x"}, "metadata": {}, "execution_count": 1}
        found = self.differences(notebook(), notebook(value))
        self.assertEqual(["cell 1 of code (study.run();): outputs are none in ours, execute_result in theirs"], found)
        other = notebook()
        other["cells"][1]["source"] = "other"
        self.assertEqual(["the notebooks have different cells"], self.differences(notebook(), other))


if __name__ == "__main__":
    unittest.main()
