"""A kernel whose client is killed in mid-training ends, and its workers with it. JUPYTER_PATH says which kernel."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PATIENCE = int(os.environ.get("PATIENCE", "120"))
# A worker finishes its batch and writes its checkpoint first.
SECONDS = 40

CLIENT = """
import sys, time
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="java", startup_timeout={patience})
client.execute('''{code}''')
print("started", flush=True)
time.sleep(3600)
"""
TRAINING = """import static org.backbonelab.notebook.Notebook.*;
import org.backbonelab.study.*;
import org.backbonelab.recipe.*;
Study.of("endless", "synthetic").images(60, 20, 20).backbones("resnet_micro")
    .recipe(Recipe.supervised().withBatchSize(10).withEpochs(100000)).seeds(0, 1).run(progress("endless"));"""


def processes(mark):
    """The command lines of the processes that have a text in their environment, by number."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            pass  # ended, or another user's
    return found


class OrphansTest(unittest.TestCase):
    def test_nothing_outlives_a_killed_client(self):
        with tempfile.TemporaryDirectory() as folder:
            mark = f"BACKBONELAB_RESULTS={folder}/results"
            environment = dict(os.environ, BACKBONELAB_RESULTS=f"{folder}/results", BACKBONELAB_WORKERS="2")
            source = CLIENT.format(code=TRAINING, patience=PATIENCE)
            command = [sys.executable, "-W", "ignore", "-c", source]
            with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as client:
                try:
                    self.assertEqual("started\n", client.stdout.readline())
                    self.until(True, lambda: any(" worker " in c for c in processes(mark).values()), PATIENCE)
                    time.sleep(2)
                finally:
                    client.send_signal(signal.SIGKILL)
            begun = time.monotonic()
            try:
                self.until(0, lambda: sum(" worker " not in c for c in processes(mark).values()), SECONDS)
                kernel = time.monotonic() - begun
                self.until(0, lambda: len(processes(mark)), SECONDS)
                print(f"kernel gone {kernel:.1f} s after its client, workers after {time.monotonic() - begun:.1f} s")
            finally:
                for pid in processes(mark):
                    os.kill(pid, signal.SIGKILL)

    def until(self, expected, count, seconds):
        deadline = time.monotonic() + seconds
        while count() != expected:
            self.assertLess(time.monotonic(), deadline, f"{count()} in place of {expected}")
            time.sleep(0.1)


if __name__ == "__main__":
    unittest.main()
