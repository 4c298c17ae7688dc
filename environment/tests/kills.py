"""Kills runs of studies at random moments, starts them again, and compares what comes out with an unbroken run.

Not a unit test and not in CI: it runs every study many times, for half an hour and more on two cores; for the night.
Each study is run once unbroken. Then runs of it are broken, one by one: a kill -9 of the kernel, of a worker, of
nbconvert, of run.sh alone or of all of them, or a signal as from Ctrl-C or a shutdown; and started again, until one
ends well. Its rows must be those of the unbroken run: every metric but times, every curve, the hash of the weights.
A minute after each break no process of the run may be left.
"""

import argparse
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
STUDIES = [re.sub(r"^\d+_([^_]+).*", r"\1", p.stem) for p in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))]
KILLS = ("kernel", "worker", "nbconvert", "run.sh", "everything")
SIGNALS = (
    "SIGINT to run.sh",
    "SIGTERM to run.sh",
    "SIGINT to the group",
    "SIGTERM to the kernel",
    "SIGTERM to a worker",
)
PATIENCE = 60
LONGEST_RUN = 3600


class Run:
    """One start of run.sh, with all processes that come from it: they have its results folder in their environment."""

    def __init__(self, root, study, results, log):
        self.mark = f"BACKBONELAB_RESULTS={results}".encode()
        settings = {"SCALE": "quick", "BACKBONELAB_RESULTS": str(results), "BACKBONELAB_CHECKPOINT_SECONDS": "0.2"}
        self.process = subprocess.Popen(
            [pathlib.Path(root, "environment", "run.sh"), study],
            cwd=root,
            env=os.environ | settings,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # What was started in the background ignores SIGINT, and its children with it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def processes(self):
        """Process numbers with their command lines."""
        # Waited for, or it would be found as a zombie.
        self.process.poll()
        found = {}
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if self.mark in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                # Gone meanwhile, or another user's.
                continue
        return found

    def pids(self, part):
        found = self.processes()
        if part == "everything":
            return list(found)
        if part == "run.sh":
            return [self.process.pid] if self.process.pid in found else []
        words = {"kernel": "backbonelab.kernel.Main", "worker": "backbonelab.Main worker", "nbconvert": "--to notebook"}
        return [pid for pid, command in found.items() if words[part] in command]

    def strike(self, how, dice):
        """Breaks the run in one of the ways; says whether there was something to hit."""
        if how == "SIGINT to the group":
            os.killpg(self.process.pid, signal.SIGINT)
            return self.process.poll() is None
        number = signal.SIGKILL
        if " to " in how:
            name, _, part = how.partition(" to ")
            number, part = signal.Signals[name], part.removeprefix("a ").removeprefix("the ")
        else:
            part = how
        pids = self.pids(part)
        if part == "worker" and pids:
            pids = [dice.choice(pids)]
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        return bool(pids)

    def seconds_until_gone(self):
        """Waits until no process is left; None after a minute."""
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE:
            if not self.processes():
                return time.monotonic() - begun
            time.sleep(0.2)
        return None


def facts(table):
    """What a study found, by cell: numbers as they are written, without times, commits and places."""

    def plain(values):
        return {name: value for name, value in values.items() if not name.startswith("time_")}

    found = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        line = json.loads(line, parse_float=str)
        row = line["row"]
        found[row["id"]] = {
            "cell": row["cell"],
            "axes": row["axes"],
            "status": row["status"],
            "metrics": plain(row["metrics"]),
            "series": row["series"],
            "weights": row["provenance"].get("weights_sha256"),
            "measured": {m["measure"]: [plain(m["metrics"]), m["series"]] for m in line["measured"]},
        }
    return found


def count(value):
    """The number of single values in it."""
    if isinstance(value, dict):
        return sum(map(count, value.values()))
    return sum(map(count, value)) if isinstance(value, list) else 1


def differences(expected, found):
    """Names of what differs, a line each."""
    if set(expected) != set(found):
        return [f"cells {sorted(set(expected) ^ set(found))} are in one of the two alone"]
    return [f"cell {i}: {part}" for i in expected for part in expected[i] if expected[i][part] != found[i][part]]


class Tally:
    """What has happened, for the report."""

    def __init__(self):
        self.strikes, self.missed, self.longest = {}, 0, 0.0
        self.cells = self.values = self.rounds = 0
        self.errors = []

    def error(self, text):
        print(f"  WRONG: {text}", flush=True)
        self.errors.append(text)


def finish(run, log):
    """Waits for a run that nobody breaks; its exit code."""
    try:
        return run.process.wait(timeout=LONGEST_RUN)
    except subprocess.TimeoutExpired:
        run.strike("everything", random)
        log.write(f"killed after {LONGEST_RUN} s\n".encode())
        return -1


def break_run(run, ways, longest, dice, tally):
    """Breaks a run at random moments; says whether that has ended it, or it has ended by itself or may go on."""
    while ways:
        moment = time.monotonic() + dice.uniform(2, longest)
        while time.monotonic() < moment:
            if run.process.poll() is not None:
                return False
            time.sleep(0.1)
        how = ways.pop()
        if not run.strike(how, dice):
            # No worker trains yet, or none does any more: another time.
            ways.insert(0, how)
            tally.missed += 1
            continue
        tally.strikes[how] = tally.strikes.get(how, 0) + 1
        if how.endswith("worker"):
            # The run starts another one and goes on.
            print(f"  {how}: the run goes on", flush=True)
            continue
        gone = run.seconds_until_gone()
        if gone is None:
            tally.error(f"{how}: after {PATIENCE} s there are still {run.processes()}")
            run.strike("everything", dice)
        else:
            tally.longest = max(tally.longest, gone)
            print(f"  {how}: all gone after {gone:.1f} s", flush=True)
        return True
    return False


def one_round(root, study, folder, ways, unbroken, dice, tally):
    """Breaks runs on one results folder until one ends by itself; then compares."""
    results = pathlib.Path(tempfile.mkdtemp(prefix=f"{study}.", dir=folder))
    seconds, expected = unbroken
    with open(f"{results}.log", "ab") as log:
        run = Run(root, study, results, log)
        while break_run(run, ways, seconds / 2, dice, tally):
            run = Run(root, study, results, log)
        status = finish(run, log)
    if status:
        tally.error(f"{study}: the last run ended with {status}, see {results}.log")
    else:
        compare(study, results, expected, tally)


def compare(study, results, expected, tally):
    found = facts(results / f"{study}.jsonl")
    wrong = differences(expected, found)
    for text in wrong:
        tally.error(f"{study}: {text}")
    tally.rounds += 1
    tally.cells += len(found)
    tally.values += count(found)
    print(f"  compared: {len(found)} cells, {count(found)} values, {len(wrong)} differences", flush=True)
    # Of other files, what a kill has left half-written goes a minute later.
    left = [p.name for p in results.glob("*.ckpt*")]
    if left:
        tally.error(f"{study}: checkpoints are left in {results}: {left}")


def deal(ways, number, studies, dice):
    """So many of the ways in turn, dealt to the studies."""
    dealt = {study: [] for study in studies}
    for i in range(number):
        dealt[studies[i % len(studies)]].append(ways[i // len(studies) % len(ways)])
    for hand in dealt.values():
        dice.shuffle(hand)
    return dealt


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=40, help="kill -9, in all (40)")
    parser.add_argument("--signals", type=int, default=20, help="SIGINT and SIGTERM, in all (20)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (0)")
    parser.add_argument("--root", type=pathlib.Path, default=ROOT, help="the project to run, a clone for instance")
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=f"of {' '.join(STUDIES)}; all if none is named")
    arguments = parser.parse_args()
    studies = arguments.studies or STUDIES
    for study in studies:
        if study not in STUDIES:
            parser.error(f"no study is named {study}; there are {' '.join(STUDIES)}")
    dice, tally = random.Random(arguments.seed), Tally()
    kills, signals = (
        deal(ways, number, studies, dice)
        for ways, number in ((KILLS, arguments.kills), (SIGNALS, arguments.signals))
    )
    folder = pathlib.Path(tempfile.mkdtemp(prefix="kills."))
    print(f"seed {arguments.seed}, results in {folder}", flush=True)
    for study in studies:
        whole = folder / f"{study}.unbroken"
        begun = time.monotonic()
        with open(folder / f"{study}.unbroken.log", "wb") as log:
            status = finish(Run(arguments.root, study, whole, log), log)
        if status:
            sys.exit(f"the unbroken run of {study} ended with {status}, see {log.name}")
        unbroken = time.monotonic() - begun, facts(whole / f"{study}.jsonl")
        print(f"{study}: unbroken in {unbroken[0]:.0f} s, {len(unbroken[1])} cells", flush=True)
        ways = kills[study] + signals[study]
        dice.shuffle(ways)
        while ways:
            one_round(arguments.root, study, folder, ways, unbroken, dice, tally)
    for how, number in tally.strikes.items():
        print(f"{number:4} {how}")
    print(
        f"{sum(tally.strikes.values())} breaks in {tally.rounds} rounds, {tally.missed} more found nothing to hit; all"
        f" processes gone after {tally.longest:.1f} s at most; {tally.cells} cells with {tally.values} values compared;"
        f" {len(tally.errors)} wrong"
    )
    sys.exit(1 if tally.errors else 0)


if __name__ == "__main__":
    main()
