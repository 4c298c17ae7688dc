"""nbconvert's executor, with what a run of hours needs: progress, a short error, and what was done until then."""

import os
import signal
import sys
import threading
import time

import nbformat
from nbconvert.preprocessors import ExecutePreprocessor
from nbclient.exceptions import CellExecutionError
from traitlets import Unicode


def runs(cell):
    """Cells are counted as the notebook does: those that hold code."""
    return cell.cell_type == "code" and bool(cell.source.strip())


def end_with_parent(grace=20):
    """Ends this process when the script that started it is gone: nobody would take what it makes.

    An interrupt first, which saves what was executed and shuts the kernel down; the kernel ends with this process.
    """
    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(grace)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def forget_outputs(notebook):
    """A notebook that fails is saved as far as it came: outputs of an earlier run, of another scale perhaps, are not its."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


class Executor(ExecutePreprocessor):
    """Executes a notebook; when a cell fails, saves it as far as it came and says where and why."""

    partial = Unicode(help="where to save a notebook that fails").tag(config=True)

    def preprocess(self, nb, resources, km=None):
        end_with_parent()
        self.begun = time.monotonic()
        self.number, self.count = 0, sum(map(runs, nb.cells))
        forget_outputs(nb)
        try:
            return super().preprocess(nb, resources, km)
        except (Exception, KeyboardInterrupt) as error:
            nbformat.write(nb, self.partial)
            sys.exit(f"{self._where()}\n{self._what(error)}")

    def preprocess_cell(self, cell, resources, index):
        if runs(cell):
            self.cell = cell
            self.number += 1
            elapsed = time.monotonic() - self.begun
            print(f"  {elapsed:6.0f} s  cell {self.number} of {self.count}", file=sys.stderr, flush=True)
        return super().preprocess_cell(cell, resources, index)

    def _where(self):
        if not self.number:
            return "The kernel did not start:"
        return f"Cell {self.number} failed; executed so far: {self.partial}"

    def _what(self, error):
        if not isinstance(error, CellExecutionError):
            return f"{type(error).__name__}: {str(error).strip()}"
        for output in self.cell.outputs:
            if output.output_type == "error":
                return "\n".join(output.traceback)
        return f"{error.ename}: {error.evalue}"
