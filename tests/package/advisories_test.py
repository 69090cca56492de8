# SPDX-License-Identifier: Apache-2.0
"""The look at what the archive has that is newer, and the page for whoever found a weakness."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
POLICY = """{name}:
  Installed: {installed}
  Candidate: {candidate}
  Version table:
     {candidate} 500
        500 http://security.debian.org/debian-security bookworm-security/main amd64 Packages
 *** {installed} 100
        100 /var/lib/dpkg/status
"""


class Advisories(unittest.TestCase):
    def run_with(self, versions, *packages):
        """With an archive that has these: name to (installed, candidate)."""
        with tempfile.TemporaryDirectory() as folder:
            fake = Path(folder) / "apt-cache"
            cases = "\n".join(
                f"{name}) cat <<'E'\n"
                f"{POLICY.format(name=name, installed=have, candidate=newest)}E\n;;"
                for name, (have, newest) in versions.items())
            fake.write_text(f"#!/bin/sh\ncase $2 in\n{cases}\nesac\n")
            fake.chmod(0o755)
            return subprocess.run(
                [ROOT / "scripts/advisories", *packages], capture_output=True, text=True,
                check=False, env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})

    def test_what_is_newer_is_named_with_where_it_comes_from(self):
        done = self.run_with({"libssl3": ("3.0.15-1", "3.0.19-1~deb12u1"),
                              "libmodbus5": ("3.1.6-2.1", "3.1.6-2.1")}, "libssl3", "libmodbus5")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stdout, r"libssl3 +3\.0\.15-1 -> 3\.0\.19-1~deb12u1 from "
                                      r"bookworm-security/main\n")
        self.assertRegex(done.stdout, r"libmodbus5 +3\.1\.6-2\.1\n")

    def test_nothing_newer_is_no_finding(self):
        done = self.run_with({"mosquitto": ("2.0.11-1.2", "2.0.11-1.2")}, "mosquitto")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_what_is_not_there_is_said(self):
        self.assertIn("not installed", self.run_with({}, "no-such-package").stdout)

    def test_what_the_binary_stands_on_is_found(self):
        folder = ROOT / "build"
        if not any((folder / preset / "metergate").is_file() for preset in ("release", "dev")):
            self.skipTest("there is no binary of ours here")
        told = self.run_with({}).stdout
        for name in ("libssl3", "libsqlite3-0", "libmodbus5", "libpaho-mqttpp3-1", "mosquitto"):
            self.assertIn(name, told)


class Policy(unittest.TestCase):
    def test_it_says_where_to_report_and_what_happens_then(self):
        text = (ROOT / "SECURITY.md").read_text()
        for words in ("Not in an issue", "Maintainer", "90 days", "scripts/advisories"):
            self.assertIn(words, text)


if __name__ == "__main__":
    unittest.main()
