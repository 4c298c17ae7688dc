"""Holds the build's libraries against known security advisories; no network is needed.

The advisories lie beside this script in advisories.json, a snapshot; accepted-advisories.json says which of them are
accepted, and why. A library that the snapshot does not cover, an advisory that is not accepted, and an accepted one
that is no longer there are errors, so that both files stay true.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
SNAPSHOT = HERE / "advisories.json"
ACCEPTED = HERE / "accepted-advisories.json"
MODULES = ("toolkit", "environment/kernel")
OSV = "https://api.osv.dev/v1/query"
SOURCE = "GitHub Advisory Database, https://github.com/advisories, CC BY 4.0"

# Jars that pack what advisories know under another name.
OTHER_NAMES = {
    "ai.djl.pytorch:pytorch-native-cpu": "PyPI:torch",
    "org.webjars.npm:plotly.js-dist": "npm:plotly.js",
}

# group:artifact:type[:classifier]:version:scope, as dependency:list writes it.
LINE = re.compile(r"^ +([\w.-]+):([\w.-]+):\w+(?::[\w.-]+)?:([\w.-]+):(?:compile|runtime|provided|test|system)\b", re.M)


class Problem(Exception):
    """A sentence for the user."""


def parse_list(text):
    """The (group:artifact, version) pairs of what dependency:list has written."""
    return sorted({(f"{group}:{artifact}", version) for group, artifact, version in LINE.findall(text)})


def resolve(root):
    """What Maven resolves for the modules, test scope included; the build's plugins are not libraries."""
    name = "target/dependencies.txt"
    command = ["mvn", "-q", "-B", "-Dstyle.color=never", "-pl", ",".join(MODULES)]
    command += ["dependency:list", f"-DoutputFile={name}"]
    if subprocess.run(command, cwd=root).returncode:
        raise Problem(f"Maven could not list the dependencies, see above; the command was: {' '.join(command)}")
    found = parse_list("\n".join((root / module / name).read_text() for module in MODULES))
    if not found:
        raise Problem(f"Maven named no dependency in {name}; has the format of dependency:list changed?")
    return found


def package_of(dependency):
    return OTHER_NAMES.get(dependency, "Maven:" + dependency)


# Maven's order of qualifiers; the empty one is a release.
QUALIFIERS = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"]
SAME = {"a": "alpha", "b": "beta", "m": "milestone", "cr": "rc"} | dict.fromkeys(
    # The last two are guava's.
    ("ga", "final", "release", "jre", "android"),
    "",
)


def version_key(version):
    """A key whose order is Maven's: 2.7.1-rc1 < 2.7.1 < 2.7.1-sp < 2.7.1.1 < 2.10; zeros at the end do not count."""
    key = []
    for part in re.findall(r"\d+|[a-z]+", version.lower()):
        if part.isdigit():
            key.append((2, int(part), ""))
        else:
            while key and key[-1] == (2, 0, ""):
                key.pop()
            name = SAME.get(part, part)
            if name in QUALIFIERS:
                key.append((QUALIFIERS.index(name) - QUALIFIERS.index(""), 0, ""))
            else:
                key.append((1, 1, name))
    while key and key[-1] in ((2, 0, ""), (0, 0, "")):
        key.pop()
    # What a shorter version is compared with: a release.
    return key + [(0, 0, "")]


def affects(span, version):
    """Whether a version lies in a span: from introduced, up to but not fixed, or up to and with last_affected."""
    key = version_key(version)
    if key < version_key(span["introduced"]):
        return False
    if "fixed" in span:
        return key < version_key(span["fixed"])
    return "last_affected" not in span or key <= version_key(span["last_affected"])


def told(span):
    text = "all versions" if span["introduced"] == "0" else f"{span['introduced']} and later"
    if "fixed" in span:
        return f"{text} before {span['fixed']}"
    if "last_affected" in span:
        return f"{text} up to {span['last_affected']}, no version is named as fixed"
    return f"{text}, no version is named as fixed"


def from_osv(record, package):
    """One advisory in OSV's form, as far as it is about the package; None if it is not, or was withdrawn."""
    spans = []
    for affected in [] if record.get("withdrawn") else record.get("affected", []):
        if f"{affected['package']['ecosystem']}:{affected['package']['name']}" != package:
            continue
        for span in affected.get("ranges", []):
            # A range is a list of events: an introduced one begins a span, another ends it.
            for event in span["events"] if span["type"] != "GIT" else []:
                if "introduced" in event:
                    spans.append({"introduced": event["introduced"]})
                else:
                    spans[-1].update(event)
        # So the database writes the last affected version where none is named as fixed.
        last = affected.get("database_specific", {}).get("last_known_affected_version_range", "")
        if last.startswith("<= ") and spans and spans[-1].keys() == {"introduced"}:
            spans[-1]["last_affected"] = last[3:]
        if not affected.get("ranges"):
            spans += [{"introduced": v, "last_affected": v} for v in affected.get("versions", [])]
    if not spans:
        return None
    return {
        "id": record["id"],
        "aliases": record.get("aliases", []),
        "package": package,
        "affected": spans,
        "summary": record.get("summary", ""),
    }


def snapshot(checkout, dependencies):
    """The snapshot of a checkout of the GitHub Advisory Database."""
    reviewed = checkout / "advisories" / "github-reviewed"
    if not reviewed.is_dir():
        raise Problem(f"{checkout} is no checkout of the GitHub Advisory Database: there is no {reviewed}")
    packages = sorted({package_of(name) for name, _ in dependencies})
    found, newest = [], ""
    for path in sorted(reviewed.rglob("GHSA-*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        newest = max(newest, record.get("modified", ""))
        found += filter(None, (from_osv(record, package) for package in packages))
    return {
        "source": SOURCE,
        "date": newest[:10],
        "packages": packages,
        "advisories": sorted(found, key=lambda a: (a["package"], a["id"])),
    }


def ask(dependencies, url=OSV):
    """The advisories that OSV names for these versions today."""
    found = []
    for name, version in dependencies:
        ecosystem, _, package = package_of(name).partition(":")
        question = json.dumps({"package": {"ecosystem": ecosystem, "name": package}, "version": version}).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(url, question), timeout=30) as answer:
                records = json.load(answer).get("vulns", [])
        except (OSError, ValueError) as e:
            raise Problem(f"{url} gave no answer for {name}: {e}; without --online the snapshot is asked") from e
        found += filter(None, (from_osv(record, package_of(name)) for record in records))
    return found


def check(dependencies, known, accepted):
    """The errors, each a sentence; known is a snapshot."""
    errors, used = [], set()
    for name, version in dependencies:
        if package_of(name) not in known["packages"]:
            errors.append(
                f"{name} {version} is not covered by {SNAPSHOT.name} of {known['date']}: make a new snapshot"
                " (dependencies.py snapshot), or look it up and add it to its packages"
            )
        for advisory in known["advisories"]:
            spans = [s for s in advisory["affected"] if advisory["package"] == package_of(name) and affects(s, version)]
            if not spans:
                continue
            names = [advisory["id"], *advisory["aliases"]]
            if accepted.keys() & set(names):
                used.update(names)
                continue
            errors.append(
                f"{name} {version} has {', '.join(names)}: {advisory['summary']}. Affected:"
                f" {'; '.join(map(told, spans))}. Raise its version in pom.xml, or accept the advisory with a reason in"
                f" {ACCEPTED.name}"
            )
    for identity, reason in accepted.items():
        if not reason.strip():
            errors.append(f"{ACCEPTED.name} gives no reason for {identity}: say why it cannot be reached here")
        if identity not in used:
            errors.append(f"{ACCEPTED.name} accepts {identity}, which no library has: remove it")
    return errors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    checker = commands.add_parser("check", help="hold the libraries against the snapshot")
    checker.add_argument("--online", action="store_true", help="ask OSV's service in place of the snapshot")
    maker = commands.add_parser("snapshot", help="make advisories.json anew for today's libraries")
    maker.add_argument("checkout", type=pathlib.Path, help="a checkout of github.com/github/advisory-database")
    arguments = parser.parse_args()
    try:
        dependencies = resolve(HERE.parent)
        if arguments.command == "snapshot":
            made = snapshot(arguments.checkout, dependencies)
            SNAPSHOT.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            print(f"{len(made['advisories'])} advisories about {len(made['packages'])} packages, of {made['date']}")
            return
        known = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
        if arguments.online:
            packages = [package_of(name) for name, _ in dependencies]
            known = {"date": "today", "packages": packages, "advisories": ask(dependencies)}
        accepted = json.loads(ACCEPTED.read_text(encoding="utf-8"))
        errors = check(dependencies, known, accepted)
    except Problem as e:
        errors = [str(e)]
    if errors:
        sys.exit("\n".join("dependencies: " + error for error in errors))
    print(
        f"{len(dependencies)} libraries against {len(known['advisories'])} advisories of {known['date']}:"
        f" none is open, {len(accepted)} are accepted"
    )


if __name__ == "__main__":
    main()
