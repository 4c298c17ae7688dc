"""What kills.py compares and how it deals its breaks. Runs no study."""

import copy
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import kills

LINE = {
    "measured": [
        {"measure": "hessian_top", "metrics": {"hessian_top": 1.5}, "series": {}, "provenance": {"git_commit": "a"}}
    ],
    "row": {
        "id": "00ff",
        "cell": "{}",
        "axes": {"seed": 0},
        "status": "OK",
        "metrics": {"test_top1": 10.0, "time_update": 3.25},
        "series": {"train_loss": [2.5, 1.0000000000000002]},
        "seconds": 3.3,
        "provenance": {"git_commit": "a", "weights_sha256": "beef"},
    },
}


def facts_of(line):
    with tempfile.TemporaryDirectory() as folder:
        table = pathlib.Path(folder, "study.jsonl")
        table.write_text(json.dumps(line) + "\n")
        return kills.facts(table)


class KillsTest(unittest.TestCase):
    def test_times_and_commits_may_differ_and_nothing_else(self):
        whole = facts_of(LINE)
        other = copy.deepcopy(LINE)
        other["row"]["metrics"]["time_update"] = 4.5
        other["row"]["seconds"] = 9
        other["row"]["provenance"]["git_commit"] = "b"
        other["measured"][0]["provenance"]["git_commit"] = "b"
        self.assertEqual([], kills.differences(whole, facts_of(other)))
        for change, part in (
            (lambda line: line["row"]["metrics"].update(test_top1=10.1), "metrics"),
            (lambda line: line["row"].update(status="DIVERGED"), "status"),
            # The last bit of a number of eight bytes.
            (lambda line: line["row"]["series"].update(train_loss=[2.5, 1.0]), "series"),
            (lambda line: line["row"]["provenance"].update(weights_sha256="dead"), "weights"),
            (lambda line: line["measured"].clear(), "measured"),
        ):
            changed = copy.deepcopy(LINE)
            change(changed)
            self.assertEqual([f"cell 00ff: {part}"], kills.differences(whole, facts_of(changed)))
        self.assertIn("are in one of the two alone", kills.differences(whole, {})[0])

    def test_breaks_are_dealt_evenly(self):
        dealt = kills.deal(kills.KILLS, 20, ["a", "b"], random.Random(1))
        for hand in dealt.values():
            self.assertEqual(sorted(kills.KILLS * 2), sorted(hand))
        self.assertEqual(7, sum(map(len, kills.deal(kills.SIGNALS, 7, ["a", "b"], random.Random(1)).values())))

    def test_every_study_is_known(self):
        self.assertIn("bocb", kills.STUDIES)
        self.assertIn("sam", kills.STUDIES)

    def test_a_run_is_all_that_has_its_results_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder, "environment", "run.sh")
            script.parent.mkdir()
            # A child that leaves the script's group, as a kernel does.
            script.write_text("#!/bin/bash\nsetsid sleep 600 &\nsleep 600\n")
            script.chmod(0o755)
            run = kills.Run(folder, "study", pathlib.Path(folder, "results"), subprocess.DEVNULL)
            while len(run.processes()) < 3:
                time.sleep(0.05)
            self.assertEqual([run.process.pid], run.pids("run.sh"))
            self.assertEqual([], run.pids("kernel"))
            self.assertFalse(run.strike("worker", random))
            self.assertTrue(run.strike("everything", random))
            self.assertLess(run.seconds_until_gone(), 10)
            run.process.wait()


if __name__ == "__main__":
    unittest.main()
