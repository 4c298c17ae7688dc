"""A running kernel for the tests: cells in, outputs out."""

import os
import pathlib
import time

from jupyter_client.manager import start_new_kernel

REPOSITORY = pathlib.Path(__file__).resolve().parents[5]
# The scripts in environment/ install the kernel here, and only here.
os.environ.setdefault("JUPYTER_PATH", str(REPOSITORY / "target" / "jupyter"))

TIMEOUT = 60


class Outputs(list):
    """The messages a cell brought about, in order."""

    def contents(self, kind):
        return [m["content"] for m in self if m["msg_type"] == kind]

    def text(self, stream):
        return "".join(c["text"] for c in self.contents("stream") if c["name"] == stream)

    def value(self, mime="text/plain"):
        results = self.contents("execute_result")
        return results[0]["data"].get(mime) if results else None

    def error(self):
        return self.contents("error")[0]


class Session:
    """One kernel, as nbconvert or a notebook server would hold it."""

    def __init__(self):
        self.manager, self.client = start_new_kernel(kernel_name="java", startup_timeout=TIMEOUT)

    def run(self, code):
        outputs = Outputs()
        self.client.execute_interactive(code, output_hook=outputs.append, timeout=TIMEOUT)
        return outputs

    def interrupt_after(self, code, seconds):
        """Runs the cell, interrupts it, and tells how long it went on after that."""
        message = self.client.execute(code)
        time.sleep(seconds)
        interrupted = time.monotonic()
        self.manager.interrupt_kernel()
        reply = self.client.get_shell_msg(timeout=TIMEOUT)
        latency = time.monotonic() - interrupted
        self._drain(message)
        return reply["content"], latency

    def _drain(self, message):
        while True:
            m = self.client.get_iopub_msg(timeout=TIMEOUT)
            idle = m["msg_type"] == "status" and m["content"]["execution_state"] == "idle"
            if idle and m["parent_header"].get("msg_id") == message:
                return

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()
