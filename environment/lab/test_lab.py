"""JupyterLab as lab.sh opens it, in a real browser: what a user sees and presses, from the first look to the shutdown.

The notebook it works in is made here, trains in seconds and has no import cell: imports.jsh stands for that.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
STARTS = int(os.environ.get("STARTS", "20"))
INTERRUPTS = int(os.environ.get("INTERRUPTS", "10"))
INTERRUPT_SECONDS = 3
# What a step may take at most, in seconds; the machine may be busy.
PATIENCE = int(os.environ.get("PATIENCE", "120"))
PICTURE = ROOT / "target" / "lab" / "failure.png"
COMMITTED = "03_nfnet_scaling.ipynb"

TRAINING = """.images(60, 20, 20).backbones("resnet_micro")
    .recipe(Recipe.supervised().withBatchSize(10).withEpochs({epochs})).seeds({seeds})
    .run(progress("{name}"));"""
CELLS = (
    "int kept = 41;",
    'Results results = Study.of("short", "synthetic")' + TRAINING.format(epochs=3, seeds="0, 1, 2", name="short"),
    'show(results.table()); show(Plots.lines(results.table(), "seed", "test_top1", "backbone"));',
    "kept + 1",
)
ENDLESS = 'Study.of("endless", "synthetic")' + TRAINING.format(epochs=100000, seeds="0", name="endless")


def notebook():
    cells = [
        {"cell_type": "code", "id": f"c{i}", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
        for i, source in enumerate(CELLS)
    ]
    kernel = {"display_name": "Java", "language": "java", "name": "java"}
    return json.dumps({"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})


def processes(mark):
    """The numbers of the processes that have a text in their environment."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            pass  # ended, or another user's
    return found


class Server:
    """lab.sh with a workspace, results and settings of this test's own."""

    def __init__(self, folder):
        self.folder = folder
        self.log = folder / "log"
        self.results = folder / "results"
        environment = dict(
            os.environ,
            SCALE="quick",
            BACKBONELAB_WORKSPACE=str(folder / "workspace"),
            BACKBONELAB_RESULTS=str(self.results),
            JUPYTER_CONFIG_DIR=str(folder / "config"),
            JUPYTER_DATA_DIR=str(folder / "data"),
        )
        options = ["--no-browser", "--port=0", "--LabApp.expose_app_in_browser=True"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [str(ROOT / "environment" / "lab.sh"), *options],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )
        self.base, self.token = self.address()

    def address(self):
        # The first start builds the toolkit.
        deadline = time.monotonic() + 10 * PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            match = re.search(r"(http://127\.0\.0\.1:\d+)/lab\?token=(\w+)", self.log.read_text())
            if match:
                return match.groups()
            time.sleep(0.3)
        raise AssertionError("JupyterLab did not start: " + self.log.read_text()[-3000:])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)


class LabTest(unittest.TestCase):
    """One session; the tests run in the order of their numbers."""

    @classmethod
    def setUpClass(cls):
        cls.tracked = cls.state_of_git()
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = Server(pathlib.Path(cls.folder.name))
        cls.addClassCleanup(cls.server.stop)
        (cls.server.folder / "workspace" / "made.ipynb").write_text(notebook())
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        cls.browser = cls.playwright.chromium.launch(
            executable_path=os.environ.get("BACKBONELAB_CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        cls.page = cls.browser.new_page(viewport={"width": 1400, "height": 1300})
        cls.page.set_default_timeout(PATIENCE * 1000)

    @staticmethod
    def state_of_git():
        files = sorted(path for path in (ROOT / "notebooks").rglob("*") if path.is_file())
        return [(str(path), path.stat().st_mtime_ns) for path in files]

    def open(self, name):
        self.page.goto(f"{self.server.base}/lab/tree/{name}?token={self.server.token}&reset")
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
        self.page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context?.isReady")
        # JupyterLab calls a kernel's status unknown until it has run something.
        self.page.wait_for_function(
            "jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.connectionStatus === 'connected'"
        )

    def command(self, name):
        self.page.evaluate("name => { jupyterapp.commands.execute(name); }", name)

    def cells(self):
        """Of each cell of code: its execution count and the JSON of its outputs."""
        return self.page.evaluate(
            """[...jupyterapp.shell.currentWidget.content.widgets].filter(c => c.model.type === 'code')
            .map(c => [c.model.executionCount, c.model.outputs.toJSON(), c.model.executionState])"""
        )

    def until(self, what, condition, seconds=PATIENCE):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                self.page.screenshot(path=PICTURE)
                self.fail(f"{what} did not come within {seconds} s, see {PICTURE}: {self.cells()}"[:3000])
            time.sleep(0.1)

    def is_idle(self):
        return self.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status") == "idle"

    def insert(self, code):
        """A new last cell with the cursor behind its code, typed as a user does."""
        self.page.evaluate(
            """async () => {
                const notebook = jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = notebook.widgets.length - 1;
                await jupyterapp.commands.execute('notebook:insert-cell-below');
                await jupyterapp.commands.execute('notebook:enter-edit-mode');
            }"""
        )
        self.page.wait_for_selector(".jp-Cell.jp-mod-active .cm-editor.cm-focused")
        self.page.keyboard.type(code)
        self.assertEqual(code, self.active_text())

    def active_text(self):
        return self.page.evaluate("jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.getSource()")

    def remove(self):
        # Once for what is open above the cell, once for its editor.
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Escape")
        self.page.evaluate("async () => { await jupyterapp.commands.execute('notebook:delete-cell'); }")

    def test_1_committed_figures_are_seen_before_anything_runs(self):
        committed = json.loads((ROOT / "notebooks" / COMMITTED).read_text())
        outputs = [output for cell in committed["cells"] for output in cell.get("outputs", [])]
        expected = sum("image/png" in output.get("data", {}) for output in outputs)
        self.open(COMMITTED)
        seen = set()
        # Only what is near the window is in the page.
        for _ in range(200):
            seen.update(self.page.evaluate(
                """[...document.querySelectorAll('.jp-OutputArea img')]
                .filter(i => i.complete && i.naturalWidth > 100 && i.getBoundingClientRect().height > 100)
                .map(i => i.src.length + i.src.slice(-200))"""
            ))
            end = self.page.evaluate(
                """const outer = document.querySelector('.jp-NotebookPanel .jp-WindowedPanel-outer');
                outer.scrollBy(0, 500); outer.scrollTop + outer.clientHeight >= outer.scrollHeight - 5"""
            )
            time.sleep(0.2)
            if end and len(seen) >= expected:
                break
        self.assertEqual(expected, len(seen))
        self.assertGreaterEqual(expected, 3)

    def run_all(self, command):
        """Runs all cells; returns the different texts that the progress showed, and how many outputs it had at most."""
        self.command(command)
        if "restart" in command:
            self.page.locator(".jp-Dialog .jp-mod-accept").click()
            self.until("the restart", lambda: all(count != 4 for count, _, _ in self.cells()))
        texts, outputs = [], 0
        deadline = time.monotonic() + 3 * PATIENCE
        while not (self.cells()[3][0] == 4 and self.is_idle()):
            self.assertLess(time.monotonic(), deadline, str(self.cells())[:3000])
            shown = self.page.locator(".jp-CodeCell").nth(1).locator(".jp-OutputArea-output")
            outputs = max(outputs, shown.count())
            text = shown.first.text_content() if shown.count() else ""
            if text and text not in texts:
                texts.append(text)
            time.sleep(0.1)
        return texts, outputs

    def check_all_ran(self):
        cells = self.cells()[:4]
        self.assertEqual([1, 2, 3, 4], [count for count, _, _ in cells])
        errors = [o for _, outputs, _ in cells for o in outputs if o["output_type"] in ("error", "stream")]
        self.assertEqual([], errors)
        self.assertEqual("42", cells[3][1][0]["data"]["text/plain"])
        self.page.wait_for_selector(".jp-OutputArea .js-plotly-plot .main-svg")
        self.assertGreaterEqual(self.page.locator(".jp-OutputArea table tbody tr").count(), 3)

    def test_2_run_all_with_progress_in_place(self):
        self.open("made.ipynb")
        texts, outputs = self.run_all("notebook:run-all-cells")
        self.assertEqual(1, outputs, texts)
        self.assertGreaterEqual(len(texts), 2, texts)
        self.check_all_ran()

    def test_3_completion(self):
        for code, expected in (('Recipe.supervised().withOptimizer("adam', "adamw"), ("results.ta", "table()")):
            self.insert(code)
            self.page.keyboard.press("Tab")
            offered = self.page.locator(".jp-Completer-item")
            # JupyterLab may put in a single match at once.
            self.until(expected, lambda: expected in self.active_text() or expected in offered.all_text_contents())
            self.remove()

    def test_4_inspection_shows_javadoc(self):
        self.insert("Plots.lines(")
        self.page.keyboard.press("Shift+Tab")
        tooltip = self.page.wait_for_selector(".jp-Tooltip-content").text_content()
        self.assertIn("One line with markers per series", tooltip)
        self.remove()

    def test_5_interrupts_in_mid_training(self):
        self.insert(ENDLESS)
        seconds = []
        for _ in range(INTERRUPTS):
            self.command("notebook:run-cell")
            self.until("training", lambda: not self.is_idle() and "/ 1 cells" in json.dumps(self.cells()[-1][1]))
            time.sleep(1)
            begun = time.monotonic()
            self.command("kernelmenu:interrupt")
            self.until("the end of the training", self.is_idle)
            seconds.append(time.monotonic() - begun)
            self.until("the error", lambda: any(o["output_type"] == "error" for o in self.cells()[-1][1]))
        print("interrupted after " + ", ".join(f"{s:.1f}" for s in seconds) + " s", flush=True)
        self.assertLess(max(seconds), INTERRUPT_SECONDS)
        self.insert('kept + " " + results.table().rowCount()')
        self.command("notebook:run-cell")
        self.until("the value", lambda: any("41 3" in json.dumps(outputs) for _, outputs, _ in self.cells()))
        for _ in range(2):
            self.remove()

    def test_6_restart_and_run_all(self):
        shutil.rmtree(self.server.results)
        texts, outputs = self.run_all("notebook:restart-run-all")
        self.assertEqual(1, outputs, texts)
        self.check_all_ran()

    def test_7_saving_changes_nothing_in_git(self):
        self.command("docmanager:save-all")
        self.until("the saved notebook", lambda: "plotly" in (self.server.folder / "workspace/made.ipynb").read_text())
        self.assertEqual(self.tracked, self.state_of_git())

    def test_8_starts_one_after_the_other(self):
        seconds = self.page.evaluate(
            """async starts => {
                const seconds = [];
                for (let i = 0; i < starts; i++) {
                    const begun = performance.now();
                    const kernel = await jupyterapp.serviceManager.kernels.startNew({name: 'java'});
                    const run = kernel.requestExecute({code: '6 * 7'});
                    let value;
                    run.onIOPub = m => { value = m.content?.data?.['text/plain'] ?? value; };
                    await run.done;
                    seconds.push(value === '42' ? (performance.now() - begun) / 1000 : -1);
                    await kernel.shutdown();
                }
                return seconds;
            }""",
            STARTS,
        )
        print(f"{len(seconds)} kernels, first value after {min(seconds):.1f} to {max(seconds):.1f} s", flush=True)
        self.assertEqual(STARTS, sum(s > 0 for s in seconds))

    def test_9_nothing_is_left_after_the_shutdown(self):
        self.command("notebook:run-all-cells")
        mark = f"BACKBONELAB_WORKSPACE={self.server.folder}/workspace"
        self.assertGreaterEqual(len(processes(mark)), 3, "server and kernels")
        self.server.stop()
        begun = time.monotonic()
        while processes(mark) and time.monotonic() - begun < PATIENCE:
            time.sleep(0.1)
        print(f"all processes gone {time.monotonic() - begun:.1f} s after the server", flush=True)
        self.assertEqual([], processes(mark))


if __name__ == "__main__":
    unittest.main(failfast=True, verbosity=2)
