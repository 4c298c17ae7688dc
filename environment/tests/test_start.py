"""What the scripts do before Java runs: build once, keep calls and users apart. Maven, Java and Jupyter are stand-ins."""

import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import unittest

ENVIRONMENT = pathlib.Path(__file__).resolve().parents[1]
STARTS = int(os.environ.get("STARTS", "12"))

MAVEN = """#!/bin/bash
echo built >> builds
sleep 0.5
mkdir -p toolkit/target environment/kernel/target
echo jar > toolkit/target/backbone-lab-toolkit-1.jar
echo jar > environment/kernel/target/backbone-lab-kernel-1.jar
echo /lib/a.jar > toolkit/target/classpath.txt
echo /lib/b.jar > environment/kernel/target/classpath.txt
"""

# Like Java, it takes its arguments from the file named by @, and knows no class where that names no class path.
JAVA = """#!/bin/bash
if [[ $1 == --list-modules ]]; then
    printf '%s\\n' java.base@17.0.1 jdk.jshell@17.0.1 jdk.compiler@17.0.1
    exit
fi
arguments=$(cat "${1#@}")
[[ $arguments == *toolkit.jar*/lib/b.jar* ]] || { echo "Could not find or load main class $2"; exit 1; }
head -n 1 <<< "$arguments"
echo "data: ${BACKBONELAB_DATA:-}"
cat "$JUPYTER_PATH/kernels/java/kernel.json"
"""

# Jupyter's servers write their token so.
SERVER = """#!/bin/bash
umask 022
echo SECRET-TOKEN > "$JUPYTER_RUNTIME_DIR/jpserver-1.json"
"""


class ScriptsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.make_project(pathlib.Path(folder.name))

    def make_project(self, root):
        self.root = root
        root.mkdir(exist_ok=True)
        root.chmod(0o755)
        folders = "toolkit/src/main/java", "environment/kernel/src/main", "environment/lab", "notebooks", "bin", ".mvn"
        for name in folders:
            (root / name).mkdir(parents=True)
        for name in ("pom.xml", "toolkit/pom.xml", "environment/kernel/pom.xml"):
            (root / name).write_text("<project/>")
        for script in (*ENVIRONMENT.glob("*.sh"), *ENVIRONMENT.glob("lab/*.sh")):
            shutil.copy(script, root / "environment" / script.relative_to(ENVIRONMENT))
        programs = {"mvn": MAVEN, "java": JAVA, "jupyter-lab": SERVER, "jupyter-nbconvert": ""}
        for name, text in programs.items():
            (root / "bin" / name).write_text(text)
            (root / "bin" / name).chmod(0o755)

    def start(self, script, *arguments, **settings):
        environment = {k: v for k, v in os.environ.items() if k != "JAVA_HOME" and not k.startswith("BACKBONELAB_")}
        environment.update(PATH=f"{self.root}/bin:{environment['PATH']}", BACKBONELAB_JUPYTER_BIN=f"{self.root}/bin")
        environment.update(settings)
        return subprocess.Popen(
            ["bash", str(self.root / "environment" / script), *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, process):
        output, _ = process.communicate(timeout=120)
        self.assertEqual(0, process.returncode, output)
        return output


class StartTest(ScriptsTest):
    def test_many_first_starts_at_once_build_once_and_keep_their_settings(self):
        sizes = [f"{100 + i}m" for i in range(STARTS)]
        starts = [self.start("backbonelab.sh", "list", "backbones", BACKBONELAB_XMX=size) for size in sizes]
        for size, start in zip(sizes, starts):
            self.assertIn(f"-Xmx{size}\n", self.finish(start))
        self.assertEqual("built\n", (self.root / "builds").read_text())
        self.assertEqual([], list((self.root / "target").rglob("*.??????")), "temporary files")

    def test_many_later_starts_at_once_find_the_class_path(self):
        self.finish(self.start("backbonelab.sh"))
        for start in [self.start("backbonelab.sh", "list", "backbones") for _ in range(STARTS)]:
            self.finish(start)

    def test_the_kernel_of_one_call_is_not_that_of_another(self):
        jar = self.root / "ijava.jar"
        jar.write_text("jar")
        ijava = self.start("backbonelab.sh", BACKBONELAB_KERNEL="ijava", IJAVA_JAR=str(jar))
        own = self.start("backbonelab.sh")
        # The stand-in misses the own kernel's jars, which proves that it was given its own file.
        self.assertIn("Could not find", ijava.communicate(timeout=60)[0])
        output = self.finish(own)
        self.assertIn("org.backbonelab.kernel.Main", output)
        self.assertIn("/environment/imports.jsh", output)

    def test_jjava_is_found_and_keeps_the_users_scripts(self):
        refused = self.start("backbonelab.sh", BACKBONELAB_KERNEL="jjava", HOME=str(self.root))
        self.assertIn("needs JJava: pip install jjava", refused.communicate(timeout=60)[0])
        self.assertEqual(2, refused.returncode)
        jar = self.root / "share" / "jupyter" / "kernels" / "java" / "jjava.jar"
        jar.parent.mkdir(parents=True)
        jar.write_text("jar")
        settings = {"BACKBONELAB_KERNEL": "jjava", "JJAVA_STARTUP_SCRIPTS_PATH": "/mine.jsh"}
        self.start("backbonelab.sh", **settings).communicate(timeout=60)
        specification = json.loads((self.root / "target" / "jupyter" / "kernels" / "java" / "kernel.json").read_text())
        self.assertEqual("org.dflib.jjava.distro.JJava", specification["argv"][2])
        self.assertEqual(f"/mine.jsh:{self.root}/environment/imports.jsh", specification["env"]["JJAVA_STARTUP_SCRIPTS_PATH"])
        self.assertEqual(["JJAVA_STARTUP_SCRIPTS_PATH"], list(specification["env"]))
        # The own kernel is chosen now; the installed one has the same name, and is offered under another.
        (self.root / "bin" / "jupyter-lab").write_text('#!/bin/bash\necho "kernels: $(echo ${JUPYTER_PATH//:/ })"\n')
        output = self.finish(self.start("lab.sh"))
        folders = output[output.index("kernels: ") + 9 :].split()
        names = sorted(p.name for folder in folders for p in pathlib.Path(folder, "kernels").iterdir())
        self.assertEqual(["backbonelab-jjava", "java"], names)

    def test_an_unknown_scale_or_kernel_is_refused(self):
        for script, setting, value in (("lab.sh", "SCALE", "huge"), ("lab.sh", "BACKBONELAB_KERNEL", "python")):
            start = self.start(script, **{setting: value})
            self.assertIn(f"{setting} is '{value}'; it can be ", start.communicate(timeout=60)[0])
            self.assertEqual(2, start.returncode)

    def test_paths_that_java_cannot_take_are_refused_with_a_sentence(self):
        for name in ('a"b', "a:b", "a\\b"):
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                self.make_project(pathlib.Path(folder) / name)
                start = self.start("backbonelab.sh")
                output, _ = start.communicate(timeout=60)
                self.assertEqual(2, start.returncode, output)
                self.assertIn("its path may not have a colon, a double quote, a backslash", output)

    def test_a_relative_folder_of_data_is_that_of_the_caller(self):
        for given, meant in (("images", f"{os.getcwd()}/images"), ("/images", "/images"), (" ", " ")):
            self.assertIn(f"data: {meant}\n", self.finish(self.start("backbonelab.sh", BACKBONELAB_DATA=given)))

    def test_other_odd_paths_work(self):
        with tempfile.TemporaryDirectory() as folder:
            self.make_project(pathlib.Path(folder) / "it's $(touch x) ü")
            self.finish(self.start("backbonelab.sh", "list", "backbones"))


class RemainsTest(ScriptsTest):
    def test_a_run_removes_the_folders_of_killed_ones_only(self):
        (self.root / "notebooks" / "01_x.ipynb").write_text("{}")
        ended = subprocess.Popen(["true"])
        ended.wait()
        folders = [self.root / "target" / "jupyter" / f"runtime.{pid}.abc" for pid in (ended.pid, os.getpid())]
        for folder in folders:
            folder.mkdir(parents=True)
        self.finish(self.start("run.sh", "x", SCALE="quick"))
        left = sorted((self.root / "target" / "jupyter").glob("runtime*"))
        self.assertEqual([folders[1]], left, "those of runs that go on, and not its own")


class TablesTest(ScriptsTest):
    def test_a_failed_run_shows_no_table_of_an_earlier_one(self):
        (self.root / "notebooks" / "01_x.ipynb").write_text("{}")
        results = self.root / "results"
        results.mkdir()
        (results / "x.csv").write_text("old")
        # The stand-in of nbconvert fails, or writes a new table first.
        nbconvert = self.root / "bin" / "jupyter-nbconvert"
        for action, expected in (("exit 1", False), ('echo new > "$BACKBONELAB_RESULTS/x.csv"; exit 1', True)):
            nbconvert.write_text(f"#!/bin/bash\nsleep 0.1\n{action}\n")
            run = self.start("run.sh", "x", SCALE="quick", BACKBONELAB_RESULTS=str(results))
            output, _ = run.communicate(timeout=60)
            self.assertEqual(1, run.returncode, output)
            shown = self.root / "target" / "notebooks" / "quick" / "x.csv"
            self.assertEqual(expected, shown.exists(), output)
            self.assertEqual(expected, str(shown) in output)


class CopiesTest(ScriptsTest):
    def setUp(self):
        super().setUp()
        self.notebook = self.root / "notebooks" / "01_x.ipynb"
        self.copy = self.root / "workspace" / "01_x.ipynb"

    def lab(self, text):
        self.notebook.write_text(text)
        return self.finish(self.start("lab.sh"))

    def test_an_untouched_copy_follows_its_notebook(self):
        for text in ("one", "two", "two", "three"):
            self.assertNotIn("workspace", self.lab(text))
            self.assertEqual(text, self.copy.read_text())

    def test_an_edited_copy_stays_and_the_user_is_told_of_a_newer_notebook(self):
        self.lab("one")
        self.copy.write_text("mine")
        self.assertNotIn("workspace", self.lab("one"))
        self.assertIn("workspace/01_x.ipynb has changes of yours and stays as it is", self.lab("two"))
        self.assertEqual("mine", self.copy.read_text())
        # Renamed, it makes room, and is left alone.
        self.copy.rename(self.copy.with_name("mine.ipynb"))
        self.assertNotIn("changes of yours", self.lab("two"))
        self.assertEqual(["two", "mine"], [p.read_text() for p in sorted(self.copy.parent.glob("*.ipynb"))])

    def test_a_file_of_that_name_that_is_no_copy_stays(self):
        self.copy.parent.mkdir()
        self.copy.write_text("mine")
        self.lab("one")
        self.assertEqual("mine", self.copy.read_text())

    def test_the_browser_works_on_copies_and_reads_committed_rows(self):
        server = self.root / "bin" / "jupyter-lab"
        server.write_text('#!/bin/bash\npwd\necho "$BACKBONELAB_COMMITTED:$BACKBONELAB_RESULTS"\n')
        output = self.finish(self.start("lab.sh", SCALE="quick"))
        self.assertIn(f"{self.root}/workspace\n{self.root}/notebooks/results:{self.root}/target/results/quick\n", output)
        output = self.finish(self.start("lab.sh", BACKBONELAB_RESULTS="mine"))
        self.assertIn(f":{os.getcwd()}/mine\n", output)


class TokenTest(ScriptsTest):
    def assert_private(self):
        runtime = self.root / "target" / "jupyter" / "runtime"
        self.assertEqual("0o700", oct(stat.S_IMODE(runtime.stat().st_mode)))
        token = runtime / "jpserver-1.json"
        self.assertEqual("SECRET-TOKEN\n", token.read_text())
        if os.geteuid() == 0:
            read = subprocess.run(["cat", str(token)], user="nobody", capture_output=True, text=True)
            self.assertNotEqual(0, read.returncode, "another user reads the token")
            self.assertEqual("", read.stdout)

    def test_the_token_is_its_users_alone(self):
        self.finish(self.start("lab.sh"))
        self.assert_private()

    def test_a_folder_that_is_open_is_closed(self):
        runtime = self.root / "target" / "jupyter" / "runtime"
        runtime.mkdir(parents=True)
        runtime.chmod(0o755)
        self.finish(self.start("lab.sh"))
        self.assert_private()


if __name__ == "__main__":
    unittest.main()
