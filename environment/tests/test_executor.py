"""nbconvert's executor does not outlive the script that started it, and begins with a clean notebook."""

import pathlib
import signal
import subprocess
import sys
import time
import unittest

ENVIRONMENT = pathlib.Path(__file__).resolve().parents[1]

# Stands for nbconvert: works for ten minutes, with an executor in it.
CHILD = """
import signal, sys, time
sys.path.insert(0, {folder!r})
import executor
# What runs in a shell's background has inherited that it does not hear interrupts.
signal.signal(signal.SIGINT, signal.SIG_IGN if {deaf} else signal.default_int_handler)
executor.end_with_parent(grace=1)
print("begun", flush=True)
try:
    time.sleep(600)
finally:
    print("saved", flush=True)
"""

# Stands for run.sh: starts the child and waits for it.
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"


class ParentTest(unittest.TestCase):
    def after_killing_the_parent(self, deaf):
        child = CHILD.format(folder=str(ENVIRONMENT), deaf=deaf)
        command = [sys.executable, "-c", PARENT, child]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
            self.assertEqual("begun\n", parent.stdout.readline())
            parent.send_signal(signal.SIGKILL)
            begun = time.monotonic()
            # The end of the output is the end of the child, which has inherited it.
            rest = parent.stdout.read()
            self.assertLess(time.monotonic() - begun, 30)
            return rest

    def test_it_saves_and_ends_when_its_parent_is_killed(self):
        self.assertEqual("saved\n", self.after_killing_the_parent(deaf=False))

    def test_it_ends_also_when_it_does_not_hear(self):
        self.assertEqual("", self.after_killing_the_parent(deaf=True))


class OutputsTest(unittest.TestCase):
    def test_outputs_of_an_earlier_run_are_forgotten(self):
        sys.path.insert(0, str(ENVIRONMENT))
        import executor
        import nbformat

        cells = [nbformat.v4.new_markdown_cell("text"), nbformat.v4.new_code_cell("1 + 1", execution_count=4)]
        cells[1].outputs = [nbformat.v4.new_output("stream", text="of another scale")]
        notebook = nbformat.v4.new_notebook(cells=cells)
        executor.forget_outputs(notebook)
        self.assertEqual([], cells[1].outputs)
        self.assertIsNone(cells[1].execution_count)


if __name__ == "__main__":
    unittest.main()
