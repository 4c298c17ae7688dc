"""Libraries against advisories: versions as Maven orders them, what is an error, and how a snapshot is made."""

import http.server
import json
import pathlib
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import dependencies

LISTED = """
The following files have been resolved:
   ai.djl:api:jar:0.35.1:compile -- module ai.djl.api [auto]
   ai.djl.pytorch:pytorch-native-cpu:jar:linux-x86_64:2.7.1:runtime
   com.google.guava:guava:jar:33.0.0-jre:compile -- module com.google.common [auto]
   com.google.guava:listenablefuture:jar:9999.0-empty-to-avoid-conflict-with-guava:compile
   org.example:gson:jar:2.8.5:test
"""

# In OSV's form, as the GitHub Advisory Database has it.
RECORD = {
    "id": "GHSA-aaaa",
    "aliases": ["CVE-1"],
    "modified": "2026-10-02T10:00:00Z",
    "summary": "reads what it should not",
    "affected": [
        {
            "package": {"ecosystem": "Maven", "name": "org.example:gson"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.8.9"}]}],
        },
        {
            "package": {"ecosystem": "Maven", "name": "org.example:gson"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "3.0"}]}],
            "database_specific": {"last_known_affected_version_range": "<= 3.2.3"},
        },
        {"package": {"ecosystem": "PyPI", "name": "torch"}, "versions": ["2.7.1"]},
    ],
}
GSON = [("org.example:gson", "2.8.5")]


def known(*advisories, packages=("Maven:org.example:gson",)):
    return {"date": "2026-10-02", "packages": list(packages), "advisories": list(advisories)}


def of_gson():
    return dependencies.from_osv(RECORD, "Maven:org.example:gson")


class DependenciesTest(unittest.TestCase):
    def test_every_line_of_mavens_list_is_read(self):
        self.assertEqual(
            [
                ("ai.djl.pytorch:pytorch-native-cpu", "2.7.1"),
                ("ai.djl:api", "0.35.1"),
                ("com.google.guava:guava", "33.0.0-jre"),
                ("com.google.guava:listenablefuture", "9999.0-empty-to-avoid-conflict-with-guava"),
                ("org.example:gson", "2.8.5"),
            ],
            dependencies.parse_list(LISTED),
        )

    def test_versions_have_mavens_order(self):
        order = ["2.4.0-alpha1", "2.4.0-rc1", "2.4", "2.4-sp1", "2.4.0.1", "2.4.1-SNAPSHOT", "2.4.1", "32-jre", "33"]
        keys = [dependencies.version_key(v) for v in order]
        self.assertEqual(sorted(keys), keys)
        self.assertEqual(len(order), len(set(map(str, keys))))
        self.assertEqual(dependencies.version_key("2.4"), dependencies.version_key("2.4.0"))
        self.assertEqual(dependencies.version_key("33.0.0-jre"), dependencies.version_key("33"))

    def test_a_span_ends_before_what_is_fixed_and_with_what_is_last_affected(self):
        first, second = of_gson()["affected"]
        for version, affected in (("1.0", True), ("2.8.8", True), ("2.8.9", False), ("2.8.10", False)):
            self.assertEqual(affected, dependencies.affects(first, version), version)
        for version, affected in (("2.9", False), ("3.0", True), ("3.2.3", True), ("3.2.4", False)):
            self.assertEqual(affected, dependencies.affects(second, version), version)

    def test_an_open_advisory_is_named_with_its_library_range_and_cure(self):
        (error,) = dependencies.check(GSON, known(of_gson()), {})
        self.assertEqual(
            "org.example:gson 2.8.5 has GHSA-aaaa, CVE-1: reads what it should not. Affected: all versions before"
            " 2.8.9. Raise its version in pom.xml, or accept the advisory with a reason in accepted-advisories.json",
            error,
        )
        self.assertEqual([], dependencies.check([("org.example:gson", "2.8.9")], known(of_gson()), {}))

    def test_an_accepted_advisory_needs_a_reason_and_a_library(self):
        self.assertEqual([], dependencies.check(GSON, known(of_gson()), {"GHSA-aaaa": "not called"}))
        self.assertEqual([], dependencies.check(GSON, known(of_gson()), {"CVE-1": "not called"}))
        (error,) = dependencies.check(GSON, known(of_gson()), {"GHSA-aaaa": " "})
        self.assertIn("gives no reason for GHSA-aaaa", error)
        (error,) = dependencies.check([("org.example:gson", "2.8.9")], known(of_gson()), {"GHSA-aaaa": "not called"})
        self.assertIn("accepts GHSA-aaaa, which no library has: remove it", error)

    def test_a_library_that_nobody_looked_up_is_an_error(self):
        (error,) = dependencies.check([("org.example:new", "1")], known(), {})
        self.assertIn("org.example:new 1 is not covered by advisories.json of 2026-10-02", error)

    def test_a_jar_is_known_by_the_name_of_what_it_packs(self):
        torch = dependencies.from_osv(RECORD, "PyPI:torch")
        (error,) = dependencies.check(
            [("ai.djl.pytorch:pytorch-native-cpu", "2.7.1")], known(torch, packages=["PyPI:torch"]), {}
        )
        self.assertIn("pytorch-native-cpu 2.7.1 has GHSA-aaaa", error)

    def test_a_snapshot_has_what_the_checkout_says_about_our_libraries(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name, "advisories/github-reviewed/2026/10/GHSA-aaaa")
            with self.assertRaisesRegex(dependencies.Problem, "is no checkout of the GitHub Advisory Database"):
                dependencies.snapshot(pathlib.Path(name), GSON)
            folder.mkdir(parents=True)
            (folder / "GHSA-aaaa.json").write_text(json.dumps(RECORD))
            (folder / "GHSA-bbbb.json").write_text(json.dumps(RECORD | {"withdrawn": "2026-10-01T00:00:00Z"}))
            made = dependencies.snapshot(pathlib.Path(name), GSON)
        self.assertEqual("2026-10-02", made["date"])
        self.assertEqual(["Maven:org.example:gson"], made["packages"])
        self.assertEqual([of_gson()], made["advisories"])

    def test_a_service_is_asked_for_each_library(self):
        asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps({"vulns": [RECORD]}).encode())

            def log_message(self, *_):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{server.server_port}/"
            found = dependencies.ask(GSON, url)
            server.shutdown()
        self.assertEqual([{"package": {"ecosystem": "Maven", "name": "org.example:gson"}, "version": "2.8.5"}], asked)
        self.assertEqual([of_gson()], found)
        with self.assertRaisesRegex(dependencies.Problem, "gave no answer for org.example:gson"):
            dependencies.ask(GSON, url)

    def test_the_committed_files_are_whole(self):
        snapshot = json.loads(dependencies.SNAPSHOT.read_text(encoding="utf-8"))
        for advisory in snapshot["advisories"]:
            self.assertEqual({"id", "aliases", "package", "affected", "summary"}, advisory.keys())
            self.assertIn(advisory["package"], snapshot["packages"])
            for span in advisory["affected"]:
                self.assertIn("introduced", span)
        self.assertTrue(json.loads(dependencies.ACCEPTED.read_text(encoding="utf-8")))


if __name__ == "__main__":
    unittest.main()
