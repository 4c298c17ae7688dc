"""kubernetes.yaml: which cell a pod takes, and which ends of a pod are tried again."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

MANIFEST = pathlib.Path(__file__).resolve().parents[1] / "kubernetes.yaml"


class KubernetesTest(unittest.TestCase):
    def setUp(self):
        self.text = MANIFEST.read_text(encoding="utf-8")

    def test_a_pod_trains_the_cell_of_its_index(self):
        command = re.search(r"- bash\n +- -c\n +- (.*)", self.text).group(1)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "environment").mkdir()
            script = folder / "environment" / "backbonelab.sh"
            script.write_text('#!/usr/bin/env bash\nprintf "%s|" "$@"\n')
            script.chmod(0o755)
            (folder / "cells.txt").write_text("/shared/first.json\n/shared/a b.json\n")
            said = [
                subprocess.run(
                    ["bash", "-c", command],
                    cwd=folder,
                    env=os.environ | {"CELLS": str(folder / "cells.txt"), "JOB_COMPLETION_INDEX": str(index)},
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout
                for index in (0, 1)
            ]
        self.assertEqual(["run|/shared/first.json|", "run|/shared/a b.json|"], said)

    def test_a_pod_that_was_told_to_end_costs_no_retry_and_a_bad_cell_has_none(self):
        rule = r"- action: (\w+)\n +onExitCodes:\n +containerName: cell\n +operator: In\n +values: \[([\d, ]+)\]"
        rules = re.findall(rule, self.text)
        self.assertEqual([("Ignore", "143"), ("FailIndex", "1, 2")], rules)
        # The restarted container of a pod would hide its exit code from these rules.
        self.assertIn("restartPolicy: Never", self.text)


if __name__ == "__main__":
    unittest.main()
