"""slurm.sh before a stand-in for the scheduler: which cell a task takes, and what becomes of one that is told to end."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "slurm.sh"

# In place of backbonelab.sh run: writes down what it was given, and ends with 143 when it is told to end.
TRAINING = """#!/usr/bin/env bash
echo "$BACKBONELAB_THREADS $*" >> "$SEEN"
trap 'sleep 0.3; echo "left a checkpoint" >> "$SEEN"; exit 143' TERM
[[ $2 == *long* ]] && { for _ in {1..100}; do sleep 0.1; done; }
[[ $2 == *bad* ]] && exit 2
exit 0
"""
SCONTROL = """#!/usr/bin/env bash
echo "scontrol $*" >> "$SEEN"
"""


class SlurmTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.seen = self.folder / "seen"
        self.cells = self.folder / "cells.txt"
        self.cells.write_text("first.json\na long one.json\nbad.json\n")
        for name, text in (("train", TRAINING), ("scontrol", SCONTROL)):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o755)

    def start(self, task, *arguments):
        variables = {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "SEEN": str(self.seen),
            "BACKBONELAB_COMMAND": str(self.folder / "train"),
            "SLURM_ARRAY_JOB_ID": "77",
            "SLURM_ARRAY_TASK_ID": task,
        }
        return subprocess.Popen(
            ["bash", str(SCRIPT), *(arguments or [str(self.cells)])],
            env={k: v for k, v in os.environ.items() if k != "BACKBONELAB_THREADS"} | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self, process):
        out, err = process.communicate(timeout=30)
        return process.returncode, out, err

    def test_a_task_trains_the_cell_of_its_line(self):
        self.assertEqual(0, self.ended(self.start("1"))[0])
        self.assertEqual("1 run first.json\n", self.seen.read_text())

    def test_a_cell_that_cannot_be_trained_is_not_queued_again(self):
        self.assertEqual(2, self.ended(self.start("3"))[0])
        self.assertEqual("1 run bad.json\n", self.seen.read_text())

    def test_one_that_is_told_to_end_leaves_its_checkpoint_and_is_queued_again(self):
        process = self.start("2")
        while not self.seen.exists() or "run" not in self.seen.read_text():
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        code, out, _ = self.ended(process)
        self.assertEqual(143, code)
        self.assertIn("a long one.json was told to end", out)
        self.assertEqual(
            ["1 run a long one.json", "left a checkpoint", "scontrol requeue 77_2"], self.seen.read_text().splitlines()
        )

    def test_what_is_missing_is_said(self):
        for task, arguments, message in (
            ("4", (), "has no line 4"),
            ("", (), "SLURM_ARRAY_TASK_ID is ''"),
            ("1", ("none.txt",), "expected the file of cells"),
        ):
            code, _, err = self.ended(self.start(task, *arguments))
            self.assertEqual(2, code)
            self.assertIn(message, err)
            self.assertFalse(self.seen.exists())


if __name__ == "__main__":
    unittest.main()
