"""cluster.sh as far as it goes without a cluster: what it is asked for, and what it says when none runs."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ENVIRONMENT = pathlib.Path(__file__).resolve().parents[1]


class ClusterTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "environment").mkdir()
        for script in ("cluster.sh", "common.sh"):
            shutil.copy(ENVIRONMENT / script, self.root / "environment")

    def run_with(self, *arguments, **variables):
        command = ["bash", str(self.root / "environment" / "cluster.sh"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ | variables)

    def test_bad_numbers_are_refused_before_anything_is_built(self):
        for arguments, variables, message in (
            (("start", "0"), {}, "workers is '0', expected 1 to 64"),
            (("start", "65"), {}, "workers is '65', expected 1 to 64"),
            (("start", "two"), {}, "workers is 'two', expected 1 to 64"),
            (("start",), {"BACKBONELAB_CLUSTER_PORT": "70000"}, "BACKBONELAB_CLUSTER_PORT is '70000', expected a port"),
        ):
            done = self.run_with(*arguments, **variables)
            self.assertEqual(2, done.returncode, done.stderr)
            self.assertIn(message, done.stderr)
            self.assertFalse((self.root / "target").exists())

    def test_without_a_cluster_status_says_so_and_stop_has_nothing_to_do(self):
        status = self.run_with("status")
        self.assertEqual((1, "no cluster runs\n"), (status.returncode, status.stdout))
        stop = self.run_with("stop")
        self.assertEqual((0, ""), (stop.returncode, stop.stdout))

    def test_a_number_of_a_process_that_is_another_is_not_believed(self):
        folder = self.root / "target" / "cluster"
        folder.mkdir(parents=True)
        (folder / "worker-1.pid").write_text(f"{os.getpid()}\n")
        self.assertIn("worker-1 has ended", self.run_with("status").stdout)
        self.run_with("stop")
        self.assertFalse((folder / "worker-1.pid").exists())

    def test_anything_else_is_answered_with_the_usage(self):
        done = self.run_with("restart")
        self.assertEqual(2, done.returncode)
        self.assertIn("start [WORKERS] | stop | status", done.stderr)
        self.assertEqual(0, self.run_with("--help").returncode)


if __name__ == "__main__":
    unittest.main()
