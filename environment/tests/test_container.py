"""What the image does before a command runs: the choice of libtorch. Driver and torch are stand-ins."""

import importlib.util
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
from unittest import mock

ENVIRONMENT = pathlib.Path(__file__).resolve().parents[1]
CONTAINER = ENVIRONMENT / "container"

spec = importlib.util.spec_from_file_location("driver", CONTAINER / "driver.py")
driver = importlib.util.module_from_spec(spec)
spec.loader.exec_module(driver)


class FakeCuda:
    def __init__(self, init=0, version=12060, count=1):
        self.init, self.version, self.count = init, version, count

    def cuInit(self, flags):
        return self.init

    def cuDriverGetVersion(self, number):
        number._obj.value = self.version

    def cuDeviceGetCount(self, number):
        number._obj.value = self.count


class DriverTest(unittest.TestCase):
    def find(self, cuda):
        with mock.patch.object(driver.ctypes, "CDLL", side_effect=cuda if isinstance(cuda, OSError) else [cuda]):
            return driver.find()

    def test_a_gpu_is_used_where_a_driver_shows_one(self):
        self.assertEqual((True, "the NVIDIA driver, of CUDA 12.6, shows 1 GPU"), self.find(FakeCuda()))

    def test_without_a_driver_or_a_gpu_the_reason_is_told(self):
        for cuda, reason in (
            (OSError("libcuda.so.1: cannot open"), "there is no NVIDIA driver"),
            (FakeCuda(init=999), "cuInit says 999"),
            (FakeCuda(version=11040), "is of CUDA 11.4, and 12.0 or later is needed"),
            (FakeCuda(count=0), "shows no GPU"),
        ):
            with self.subTest(reason):
                found, why = self.find(cuda)
                self.assertFalse(found)
                self.assertIn(reason, why)


class StartTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "torch/lib").mkdir(parents=True)

    def start(self, driver_found, torch=None, **settings):
        (self.root / "python3").write_text(f"#!/bin/sh\necho a reason\nexit {0 if driver_found else 1}\n")
        (self.root / "python3").chmod(0o755)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTORCH_")}
        environment.update(PATH=f"{self.root}:{os.environ['PATH']}", TORCH_FOLDER=str(torch or self.root), **settings)
        command = [CONTAINER / "start.sh", "sh", "-c", 'echo "$PYTORCH_FLAVOR ${PYTORCH_LIBRARY_PATH:-none}"']
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    def test_the_gpu_flavour_is_chosen_only_where_there_is_a_driver(self):
        found, missing = self.start(True), self.start(False, PYTORCH_LIBRARY_PATH="/elsewhere")
        self.assertEqual(f"cu128 {self.root}/torch/lib\n", found.stdout)
        self.assertEqual("libtorch: cu128, as a reason\n", found.stderr)
        self.assertEqual("cpu none\n", missing.stdout)
        self.assertEqual("libtorch: cpu, as a reason\n", missing.stderr)

    def test_an_image_without_cuda_asks_no_driver(self):
        started = self.start(True, torch=self.root / "none")
        self.assertEqual("cpu none\n", started.stdout)
        self.assertIn("this image has no CUDA", started.stderr)

    def test_who_asks_for_a_flavour_gets_it_or_a_sentence(self):
        self.assertEqual("cpu none\n", self.start(True, PYTORCH_FLAVOR="cpu").stdout)
        for flavor, torch, reason in (("cu118", None, "it can be cpu or cu128"), ("cu128", "/none", "built with GPU=no")):
            refused = self.start(True, torch=torch, PYTORCH_FLAVOR=flavor)
            self.assertEqual(2, refused.returncode)
            self.assertIn(reason, refused.stderr)


class VersionsTest(unittest.TestCase):
    def test_the_image_has_the_torch_that_djl_is_built_for(self):
        pom = (ENVIRONMENT.parent / "pom.xml").read_text()
        version = re.search("<pytorch.version>(.*)</pytorch.version>", pom)[1]
        self.assertIn(f"\ntorch=={version}\n", (CONTAINER / "torch.in").read_text())
        self.assertIn(f"PYTORCH_VERSION={version}\n", (CONTAINER / "start.sh").read_text())

    def test_the_list_with_hashes_is_that_of_the_list_without(self):
        wanted = re.findall(r"^[\w-]+==\S+$", (CONTAINER / "torch.in").read_text(), re.MULTILINE)
        locked = re.findall(r"^[\w-]+==\S+(?= \\$)", (CONTAINER / "torch.txt").read_text(), re.MULTILINE)
        self.assertEqual(sorted(wanted), sorted(locked))


if __name__ == "__main__":
    unittest.main()
