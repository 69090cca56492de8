# SPDX-License-Identifier: Apache-2.0
"""The list of what the program is made of: complete, true, and made without asking anybody."""

import json
import os
import re
import subprocess
import unittest
from pathlib import Path

BINARY = os.environ["METERGATE"]
BUILD = os.environ.get("METERGATE_BUILD")
SBOM = Path(__file__).resolve().parents[2] / "scripts" / "sbom"
# Known to be in it, so that no mistake is shared with the way the script looks.
LINKED = {"libc6", "libssl3", "libsqlite3-0", "libmodbus5", "libpaho-mqtt1.3", "libpaho-mqttpp3-1"}
COMPILED_IN = {"libcli11-dev", "libboost1.81-dev"}


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=200, **more)


def told(*options):
    made = run(str(SBOM), *options)
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)


def related(document, kind):
    """Names of the packages that stand in this relation to the product."""
    names = {one["SPDXID"]: one["name"] for one in document["packages"]}
    return {names[end] for line in document["relationships"] if line["relationshipType"] == kind
            for end in (line["spdxElementId"], line["relatedSpdxElement"])} - {"metergate"}


class Sbom(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        options = ["--package-version", "1.2.3", *(["--build", BUILD] if BUILD else [])]
        cls.document = told(BINARY, *options)

    def test_every_library_it_is_linked_with_is_named_by_its_package(self):
        packages = set()
        for path in re.findall(r"(/\S+) \(0x", run("ldd", BINARY).stdout):
            places = {path, os.path.realpath(path), "/usr" + path, path.removeprefix("/usr"),
                      os.path.realpath(path).removeprefix("/usr")}
            found = run("dpkg", "-S", *places).stdout
            self.assertTrue(found, path)
            packages.add(found.split(":")[0])
        self.assertEqual(related(self.document, "DYNAMIC_LINK"), packages)
        self.assertLessEqual(LINKED, packages)

    def test_what_it_needs_itself_is_among_them(self):
        needed = re.findall(r"NEEDED.*\[(\S+)\]", run("readelf", "-d", BINARY).stdout)
        self.assertGreater(len(needed), 5)
        every = related(self.document, "DYNAMIC_LINK")
        for library in needed:
            found = run("dpkg", "-S", f"*/{library}").stdout
            self.assertTrue({line.split(":")[0] for line in found.splitlines()} & every, library)

    def test_versions_are_those_installed(self):
        for one in self.document["packages"][1:]:
            installed = run("dpkg-query", "-W", "-f", "${Version}\n", one["name"]).stdout.split()
            self.assertIn(one["versionInfo"], installed, one["name"])
            [purl] = [ref["referenceLocator"] for ref in one["externalRefs"]]
            self.assertRegex(purl, r"^pkg:deb/\w+/\S+@\S+\?arch=\w+&distro=\S+$")

    @unittest.skipUnless(BUILD, "needs the folder of the build")
    def test_what_is_compiled_in_of_headers_is_named_too(self):
        compiled_in = related(self.document, "BUILD_DEPENDENCY_OF")
        self.assertLessEqual(COMPILED_IN, compiled_in)
        self.assertEqual(compiled_in & related(self.document, "DYNAMIC_LINK"), set())
        self.assertNotIn("libgtest-dev", compiled_in, "no part of what is shipped")

    def test_it_is_one_spdx_document_of_this_release(self):
        self.assertEqual(self.document["spdxVersion"], "SPDX-2.3")
        self.assertEqual(self.document["packages"][0]["versionInfo"], "1.2.3")
        self.assertIn({"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
                       "relatedSpdxElement": "SPDXRef-metergate"}, self.document["relationships"])
        ids = [one["SPDXID"] for one in self.document["packages"]]
        self.assertEqual(len(ids), len(set(ids)))
        for one in ids:
            self.assertRegex(one, r"^SPDXRef-[A-Za-z0-9.-]+$")
        self.assertRegex(self.document["creationInfo"]["created"], r"^\d{4}-\d\d-\d\dT[\d:]{8}Z$")

    def test_the_same_build_has_the_same_list_at_any_time(self):
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "1772359200"}
        first, second = (run(str(SBOM), BINARY, env=environment).stdout for _ in range(2))
        self.assertEqual(first, second)
        self.assertIn("2026-03-01T10:00:00Z", first)

    def test_no_network_is_asked(self):
        alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--net"]
        if run(*alone, "true").returncode:
            self.skipTest("no network namespaces here")
        self.assertEqual(run(*alone, str(SBOM), BINARY).returncode, 0)

    def test_what_is_no_program_of_ours_is_told(self):
        for path, why in (("/nowhere", "is not there"), ("/etc/os-release", "readelf|build id")):
            made = run(str(SBOM), path)
            self.assertNotEqual(made.returncode, 0)
            self.assertRegex(made.stderr, why)
            self.assertEqual(made.stdout, "")


if __name__ == "__main__":
    unittest.main()
