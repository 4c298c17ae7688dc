"""The numbers of a README: which are accepted, and that wrong ones are named."""

import json
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import findings

OUTPUTS = [
    {"data": {"text/plain": "Exponent -0.245, after 31 trainings", "text/html": "<td>81.26</td>"}},
    {"data": {"application/vnd.plotly.v1+json": {"data": [{"text": [["73.7"]], "y": [99.5]}]}}},
    {"output_type": "stream", "text": "took 12 minutes"},
]


class FindingsTest(unittest.TestCase):
    def problems(self, answer, time="1 h 2 min", name="[SAM](04.ipynb)"):
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict(findings.STUDIES, {"SAM": ("a", "b")}):
            folder = pathlib.Path(folder)
            (folder / "results").mkdir()
            (folder / "a.ipynb").write_text(json.dumps({"cells": [{"outputs": OUTPUTS}]}), encoding="utf-8")
            (folder / "results/b.csv").write_text("id,seconds\n1,7000\n2,440\n3,\n", encoding="utf-8")
            table = f"x\n\n| study | answer | time |\n| --- | --- | --- |\n| {name} | {answer} | {time} |\n"
            return findings.problems(table, folder)

    def test_numbers_that_the_notebook_shows_are_fine(self):
        self.assertEqual([], self.problems("81.3 [−0.25, -0.24], 31 of 5, 73.7 and 12 in ConvNeXt-V2 of 2x2"))

    def test_others_are_named(self):
        self.assertEqual(["SAM: 81.4 is not among the outputs of a.ipynb"], self.problems("81.4"))
        self.assertEqual(1, len(self.problems("99.5")), "a point of a figure is not what it says")

    def test_the_time_is_that_of_the_rows(self):
        self.assertEqual(
            ["SAM: the time is 20 min, but the rows of b.csv took 62 min on two workers"], self.problems("31", "20 min")
        )

    def test_a_study_that_is_none_and_a_text_without_a_table(self):
        self.assertIn("no study of that name", self.problems("31", name="SIM")[0])
        self.assertIn("there is no table", findings.problems("| a |\n| --- |\n| 1 |\n", pathlib.Path())[0])


if __name__ == "__main__":
    unittest.main()
