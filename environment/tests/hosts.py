"""A Spark cluster on three hosts, which are network namespaces of this machine: what is killed or cut off costs no row.

Not a unit test and not in CI: it needs root, iproute2 and some minutes a repeat. A master with the notebook's process on
one host, workers on two others. While a study of eight cells is trained, one worker is killed with its executor, one
executor is killed while it writes a checkpoint, the link of one host is down for twenty seconds, and the notebook's
process is killed and started again. The rows must be those of the serial runner, bit for bit but for times, each cell
must have been finished once, and what was in training when the notebook's process died must have gone on from there.
"""

import argparse
import json
import os
import pathlib
import random
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BRIDGE = "bblab0"
HOSTS = {"bblab-master": "10.77.0.1", "bblab-one": "10.77.0.2", "bblab-two": "10.77.0.3"}
MASTER = HOSTS["bblab-master"]
CUT = 20


def ip(*arguments, check=True):
    subprocess.run(["ip", *arguments], check=check, stderr=None if check else subprocess.DEVNULL)


def down():
    for host in HOSTS:
        ip("netns", "del", host, check=False)
    ip("link", "del", BRIDGE, check=False)


def up():
    """Three hosts on a bridge."""
    down()
    ip("link", "add", BRIDGE, "type", "bridge")
    ip("link", "set", BRIDGE, "up")
    for number, (host, address) in enumerate(HOSTS.items()):
        ip("netns", "add", host)
        ip("link", "add", f"bblab-v{number}", "type", "veth", "peer", "name", "eth0", "netns", host)
        ip("link", "set", f"bblab-v{number}", "master", BRIDGE, "up")
        ip("-n", host, "link", "set", "lo", "up")
        ip("-n", host, "addr", "add", f"{address}/24", "dev", "eth0")
        ip("-n", host, "link", "set", "eth0", "up")


class Cluster:
    def __init__(self, folder, class_path, opens):
        self.folder = folder
        self.java = ["java", "-Xmx700m", *opens, "-Djava.awt.headless=true", "-DdisableProgressBar=true"]
        self.class_path = class_path
        self.conf = folder / "spark.conf"
        self.conf.write_text(
            f"spark.authenticate true\nspark.authenticate.secret {secrets.token_hex(32)}\n"
            f"spark.driver.host {MASTER}\nspark.driver.bindAddress {MASTER}\n"
        )
        self.processes = {}

    def start(self, name, host, main, *arguments, log=None):
        environment = os.environ | {
            "SPARK_HOME": str(self.folder / "home"),
            "SPARK_SCALA_VERSION": "2.13",
            "SPARK_LOCAL_IP": HOSTS[host],
            "BACKBONELAB_SPARK": str(self.conf),
            "BACKBONELAB_CHECKPOINT_SECONDS": "0",
        }
        (self.folder / "home" / "jars").mkdir(parents=True, exist_ok=True)
        command = ["ip", "netns", "exec", host, *self.java, "-cp", self.class_path, main, *arguments]
        with open(log or self.folder / f"{name}.log", "w", encoding="utf-8") as out:
            self.processes[name] = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)

    def worker(self, name, host):
        self.start(
            name, host, "org.apache.spark.deploy.worker.Worker", "--host", HOSTS[host], "--cores", "1", "--memory", "2g",
            "--webui-port", "0", "--work-dir", str(self.folder / name), "--properties-file", str(self.conf),
            f"spark://{MASTER}:7077",
        )  # fmt: skip

    def stop(self):
        for process in reversed(self.processes.values()):
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def executor_on(host):
    """The process number of the executor on a host, or nothing."""
    for pid in subprocess.run(["ip", "netns", "pids", host], capture_output=True, text=True, check=True).stdout.split():
        try:
            if b"CoarseGrainedExecutorBackend" in pathlib.Path("/proc", pid, "cmdline").read_bytes():
                return int(pid)
        except OSError:
            continue
    return None


def wait_for(what, seconds=120, pause=0.02):
    end = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(pause)
    return found


def facts(results):
    """What a row says but for times, machines' names and where phases came from."""
    out = {}
    for path in results.glob("*.json"):
        # A row's last line is its checksum.
        row = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
        metrics = {k: v for k, v in row["metrics"].items() if not k.startswith("time_") and "seconds" not in k}
        out[row["id"]] = (metrics, row["series"], row["provenance"]["weights_sha256"], row["status"])
    return out


def writes_a_checkpoint(pid):
    """Whether a process has a checkpoint's temporary file open at this moment."""
    for link in pathlib.Path("/proc", str(pid), "fd").iterdir():
        try:
            name = os.path.basename(os.readlink(link))
        except OSError:
            # Closed meanwhile.
            continue
        if ".ckpt" in name and name.endswith(".tmp"):
            return True
    return False


def kill_in_a_checkpoint(host):
    """Kills the executor of a host while it writes a checkpoint."""
    executor = wait_for(lambda: executor_on(host))
    wait_for(lambda: writes_a_checkpoint(executor), pause=0)
    os.kill(executor, signal.SIGKILL)


def study(cluster, results, epochs, log):
    cluster.start(
        "study", "bblab-master", "org.backbonelab.spark.HostsStudy", f"spark://{MASTER}:7077", str(results), str(epochs),
        log=log,
    )  # fmt: skip
    return cluster.processes["study"]


def rows(results):
    """When each row was written."""
    return {path.name: path.stat().st_mtime_ns for path in results.glob("*.json")}


def last_epochs(text):
    """How far each cell was when it was last heard of, of those that are not finished."""
    epochs = {label: float(epoch) for label, epoch in re.findall(r"^training (.*) ([\d.]+)$", text, re.M)}
    finished = set(re.findall(r"^finished (.*)$", text, re.M))
    return {label: epoch for label, epoch in epochs.items() if label not in finished}


def first_epochs(text):
    epochs = {}
    for label, epoch in re.findall(r"^training (.*) ([\d.]+)$", text, re.M):
        epochs.setdefault(label, float(epoch))
    return epochs


def killed_and_started_again(cluster, results, epochs, said, again):
    """Kills the notebook's process in mid-training and starts it again; what was trained twice or did not go on."""
    first = cluster.processes["study"]
    first.kill()
    first.wait()
    wait_for(lambda: not executor_on("bblab-one") and not executor_on("bblab-two"))
    before, left = rows(results), last_epochs(said.read_text(encoding="utf-8"))
    second = study(cluster, results, epochs, again)
    if second.wait(900):
        raise SystemExit(f"the study failed; its log is {again}")
    wrong = [name for name, written in rows(results).items() if before.get(name, written) != written]
    seen = first_epochs(again.read_text(encoding="utf-8"))
    if not any(label in seen for label, epoch in left.items() if epoch > 1):
        wrong.append("nothing that was in training was heard of again")
    # A cell's checkpoint is of an epoch's end, and its first news may come within the next one.
    return wrong + [label for label, epoch in left.items() if epoch > 1 and seen.get(label, epoch) < epoch - 1]


def repeat(folder, class_path, opens, epochs, dice):
    cluster = Cluster(folder, class_path, opens)
    results = folder / "results"
    said, again = folder / "study.log", folder / "study again.log"
    try:
        cluster.start(
            "master", "bblab-master", "org.apache.spark.deploy.master.Master", "--host", MASTER, "--port", "7077",
            "--webui-port", "0", "--properties-file", str(cluster.conf),
        )  # fmt: skip
        time.sleep(4)
        cluster.worker("one", "bblab-one")
        cluster.worker("two", "bblab-two")
        study(cluster, results, epochs, said)
        trained = lambda: said.read_text(encoding="utf-8").count("training ")  # noqa: E731
        wait_for(lambda: trained() > dice.randint(2, 8))
        # The worker's own end takes its executor along.
        executor = wait_for(lambda: executor_on("bblab-one"))
        cluster.processes["one"].kill()
        cluster.processes["one"].wait()
        os.kill(executor, signal.SIGKILL)
        cluster.worker("one again", "bblab-one")
        wait_for(lambda: executor_on("bblab-one"))
        kill_in_a_checkpoint("bblab-two")
        wait_for(lambda: executor_on("bblab-two"))
        time.sleep(dice.uniform(0, 3))
        ip("-n", "bblab-one", "link", "set", "eth0", "down")
        time.sleep(CUT)
        ip("-n", "bblab-one", "link", "set", "eth0", "up")
        wait_for(lambda: executor_on("bblab-one") and executor_on("bblab-two"), seconds=300)
        time.sleep(dice.uniform(0, 3))
        wrong = killed_and_started_again(cluster, results, epochs, said, again)
    finally:
        cluster.stop()
    text = said.read_text(encoding="utf-8")
    later = again.read_text(encoding="utf-8").strip().splitlines()
    finished = re.findall(r"^finished (.*)$", text, re.M)
    wrong += [line for line in finished if "finished " + line in later]
    print(f"   finished before the notebook's process died: {len(finished)}; wrong: {wrong or 'nothing'}", flush=True)
    return facts(results), wrong, later[-1], re.findall(r"^machines (.*)$", text, re.M)[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("class_path", help="of the module spark with its tests")
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    pom = (ROOT / "spark" / "pom.xml").read_text(encoding="utf-8")
    opens = re.search(r"<spark\.opens>(.*)</spark\.opens>", pom).group(1).split()
    dice = random.Random(arguments.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hosts"))
    serial = folder / "serial"
    subprocess.run(
        ["java", *opens, "-DdisableProgressBar=true", "-cp", arguments.class_path, "org.backbonelab.spark.HostsStudy",
         "serial", str(serial), str(arguments.epochs)],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    expected = facts(serial)
    good = 0
    try:
        for number in range(arguments.repeats):
            up()
            place = folder / str(number)
            place.mkdir()
            found, wrong, last, machines = repeat(place, arguments.class_path, opens, arguments.epochs, dice)
            ok = found == expected and last == "done" and not wrong
            good += ok
            print(f"{number + 1}: {'equal' if ok else 'DIFFERS, see ' + str(place)}; {machines}", flush=True)
            if ok:
                shutil.rmtree(place)
    finally:
        down()
    print(f"{good} of {arguments.repeats} gave the rows of the serial runner, each cell finished once")
    return 0 if good == arguments.repeats else 1


if __name__ == "__main__":
    sys.exit(main())
