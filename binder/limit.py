"""limit.py MEGABYTES COMMAND...: runs a command, prints the most memory it took, and kills it above the limit.

What is counted is the memory of the command and of all that it starts, shared pages once (PSS), five times a second. A
container's limit counts the same, and pages of files that the system takes back when it needs them.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time


def children():
    """The processes of each parent."""
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            continue
        found.setdefault(parent, []).append(int(name))
    return found


def family(root):
    tree, members = children(), [root]
    for member in members:
        members += tree.get(member, [])
    return members


def memory(process):
    try:
        with open(f"/proc/{process}/smaps_rollup") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1024
    except (OSError, StopIteration):
        return 0


def main(limit, command):
    child = subprocess.Popen(command, start_new_session=True)
    peak = 0
    while child.poll() is None:
        members = family(child.pid)
        peak = max(peak, sum(map(memory, members)))
        if peak > limit:
            for member in members:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(member, signal.SIGKILL)
            sys.exit(f"killed: {peak:.0f} MB of memory, and {limit} are allowed")
        time.sleep(0.2)
    print(f"peak memory: {peak:.0f} MB of {limit}", flush=True)
    return child.returncode


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
