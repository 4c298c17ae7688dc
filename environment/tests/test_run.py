"""run.sh finds the studies by the names of the notebooks. Executes none."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ENVIRONMENT = pathlib.Path(__file__).resolve().parents[1]


class StudiesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "environment").mkdir()
        (self.root / "notebooks").mkdir()
        for script in ("run.sh", "common.sh"):
            shutil.copy(ENVIRONMENT / script, self.root / "environment")

    def run_with(self, notebooks, *arguments, **variables):
        for name in notebooks:
            (self.root / "notebooks" / name).write_text("{}")
        command = ["bash", str(self.root / "environment" / "run.sh"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ | variables)

    def test_the_word_after_the_number_is_the_study(self):
        done = self.run_with(["02_b.ipynb", "01_sam_vit_mixer.ipynb", "sketch.ipynb"], "--help")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("one of sam b:", done.stdout)

    def test_an_unknown_study_is_an_error_that_lists_the_known(self):
        for unknown in ("vit", "01_sam_vit_mixer", ""):
            done = self.run_with(["01_sam_vit_mixer.ipynb"], unknown)
            self.assertEqual(2, done.returncode, done.stderr)
            self.assertIn(f"unknown study '{unknown}'; choose one of sam all", done.stderr)

    def test_two_notebooks_of_one_study_are_an_error(self):
        done = self.run_with(["01_sam_vit.ipynb", "02_sam_mixer.ipynb"], "--help")
        self.assertEqual(1, done.returncode)
        self.assertIn("notebooks/01_sam_vit.ipynb and notebooks/02_sam_mixer.ipynb are both the study 'sam'", done.stderr)

    def test_images_of_ones_own_are_not_saved_for_the_repository(self):
        done = self.run_with(["01_sam.ipynb"], "--save", "sam", DATASET="folder:birds@64")
        self.assertEqual(2, done.returncode)
        self.assertIn("DATASET is folder:birds@64", done.stderr)

    def test_no_notebook_is_an_error(self):
        self.assertIn("there is no notebook", self.run_with([]).stderr)


if __name__ == "__main__":
    unittest.main()
