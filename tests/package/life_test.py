# SPDX-License-Identifier: Apache-2.0
"""The package's life on a minimal Debian 12: installed, upgraded, kept from going back, purged."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "street"))

from harness.running import die_with_parent, until
from root import SKIPPED, Root, control, in_a_mount_namespace_of_its_own, of_version

PACKAGE = max(Path(os.environ["METERGATE_PACKAGES"]).glob("metergate_*.deb"),
              key=lambda one: one.stat().st_mtime)
LEDGER = "var/lib/metergate/ledger.db"


class Package(unittest.TestCase):
    def listed(self):
        told = subprocess.run(["dpkg-deb", "-c", PACKAGE], capture_output=True, text=True, check=True)
        return {line.split(None, 5)[5].split(" -> ")[0].removeprefix("."): line.split()[0]
                for line in told.stdout.splitlines()}

    def test_it_holds_what_a_box_needs_and_nothing_of_the_build(self):
        files = self.listed()
        for path in ("/usr/bin/metergate", "/lib/systemd/system/metergate.service",
                     "/etc/metergate/metergate.toml", "/etc/metergate/models/README",
                     "/usr/share/metergate/metergate.spdx.json",
                     "/usr/share/metergate/models/abb-b23.toml",
                     "/usr/share/metergate/examples/metergate.example.toml",
                     "/usr/share/metergate/examples/mosquitto/acl",
                     "/usr/share/metergate/examples/prometheus/metergate.rules.yml",
                     "/usr/share/metergate/examples/prometheus/grafana-metergate.json",
                     "/usr/share/man/man1/metergate.1", "/usr/share/man/man1/metergate-send.1",
                     "/usr/share/bash-completion/completions/metergate",
                     "/usr/lib/sysusers.d/metergate.conf"):
            self.assertIn(path, files)
        self.assertEqual([path for path in files if re.search(r"\.(hpp|cpp|a|o)$|/local/", path)], [])

    def test_it_needs_debian_12_alone(self):
        needed = control(PACKAGE, "Depends")
        for library in ("libmodbus5", "libsqlite3-0", "libssl3", "libpaho-mqttpp3-1"):
            self.assertIn(library, needed)

    def test_nothing_in_it_can_be_written_by_others(self):
        for path, mode in self.listed().items():
            self.assertNotIn("w", mode[5] + mode[8], path)


class Life(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="debs-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)

    def setUp(self):
        self.root = Root(PACKAGE)
        self.addCleanup(self.root.remove)

    def start(self):
        """The service as its unit starts it, as far as a root without systemd goes."""
        self.root.run("install", "-d", "-m", "0750", "-o", "metergate", "-g", "metergate",
                      "/run/metergate")
        process = subprocess.Popen(
            self.root.command("setpriv", "--reuid=metergate", "--regid=metergate", "--init-groups",
                              "/usr/bin/metergate", "run", "--config",
                              "/etc/metergate/metergate.toml"),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            preexec_fn=die_with_parent)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        until("the gateway to answer", lambda: process.poll() is not None or self.root.run(
            "metergate", "status", check=False).returncode == 0)
        self.assertIsNone(process.poll(), process.stderr.read() if process.poll() else "")
        return process

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(20), 0)

    def ledger(self, statement):
        with sqlite3.connect(self.root.path / LEDGER) as ledger:
            ledger.execute("PRAGMA journal_mode = DELETE")
            found = ledger.execute(statement).fetchall()
        ledger.close()
        return found

    def test_installed_it_runs_as_its_own_user_and_the_doctor_is_content(self):
        self.root.install(PACKAGE)
        self.assertEqual(self.root.mode("/var/lib/metergate"), "0700 metergate:metergate")
        self.assertEqual(self.root.mode("/etc/metergate"), "0750 root:metergate")
        self.assertIn("dialout", self.root.run("id", "-nG", "metergate").stdout.split())
        self.root.run("metergate", "check-config", "/etc/metergate/metergate.toml")
        service = self.start()
        self.assertEqual(self.root.mode("/var/lib/metergate/ledger.db"),
                         "0600 metergate:metergate")
        doctor = self.root.run("metergate", "doctor", "--json", check=False)
        found = [json.loads(line) for line in doctor.stdout.splitlines()]
        self.assertEqual([one for one in found if one["verdict"] == "fail"], [], doctor.stderr)
        self.assertEqual(doctor.returncode, 0)
        self.assertTrue(any(one["subject"] == "gateway" and one["verdict"] == "ok"
                            for one in found), found)
        self.stop(service)

    def test_the_service_is_enabled(self):
        self.root.install(PACKAGE)
        link = self.root.path / "etc/systemd/system/multi-user.target.wants/metergate.service"
        self.assertTrue(link.is_symlink())

    def test_an_upgrade_keeps_configuration_and_data(self):
        self.root.install(PACKAGE)
        self.stop(self.start())
        config = self.root.path / "etc/metergate/metergate.toml"
        config.write_text(config.read_text().replace("site-1", "site-7"))
        rows = self.ledger("SELECT count(*) FROM journal")
        self.root.install(of_version(PACKAGE, "9.0", self.folder))
        self.assertIn("site-7", config.read_text())
        self.assertEqual(self.ledger("SELECT count(*) FROM journal"), rows)
        self.assertFalse((self.root.path / "var/lib/metergate/backup").exists(),
                         "the schema stays: no copy is needed")

    def test_before_a_schema_changes_the_ledger_is_copied(self):
        self.root.install(PACKAGE)
        self.stop(self.start())
        newest, = self.ledger("PRAGMA user_version")[0]
        self.ledger(f"PRAGMA user_version = {newest - 1}")
        self.root.install(of_version(PACKAGE, "9.1", self.folder))
        copies = list((self.root.path / "var/lib/metergate/backup").iterdir())
        self.assertEqual(len(copies), 1)
        self.assertRegex(copies[0].name, rf"^ledger-schema{newest - 1}-\d{{8}}T\d{{6}}Z\.db$")
        self.assertEqual(self.root.mode(f"/var/lib/metergate/backup/{copies[0].name}"),
                         "0600 metergate:metergate")

    def test_a_release_that_does_not_know_the_ledger_is_not_installed(self):
        newer = of_version(PACKAGE, "9.2", self.folder)
        self.root.install(newer)
        self.stop(self.start())
        newest, = self.ledger("PRAGMA user_version")[0]
        self.ledger(f"PRAGMA user_version = {newest + 1}")
        before = (self.root.path / LEDGER).read_bytes()
        refused = self.root.install(PACKAGE, check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("was written by a later release", refused.stderr)
        self.assertIn(f"schema {newest + 1}", refused.stderr)
        version = self.root.run("dpkg-query", "-W", "-f", "${Version} ${Status}", "metergate").stdout
        self.assertEqual(version, "9.2 install ok installed")
        self.assertEqual((self.root.path / LEDGER).read_bytes(), before)

    def test_removed_it_leaves_what_is_the_operators_and_purged_nothing(self):
        before = self.paths()
        self.root.install(PACKAGE)
        self.stop(self.start())
        (self.root.path / "etc/metergate/site.key").write_text("of the operator")
        self.root.run("dpkg", "--remove", "metergate")
        self.assertTrue((self.root.path / LEDGER).exists())
        self.assertTrue((self.root.path / "etc/metergate/metergate.toml").exists())
        self.assertFalse((self.root.path / "usr/bin/metergate").exists())
        self.root.run("dpkg", "--purge", "metergate")
        self.assertEqual(self.paths() - before, set())
        self.assertNotIn("metergate", (self.root.path / "etc/passwd").read_text())

    def paths(self):
        """All there is, but for what dpkg, adduser and apt note for themselves."""
        own = re.compile(r"^(run/adduser|var/lib/dpkg|var/log|var/cache|tmp|etc/(passwd|group|shadow|gshadow|"
                         r"subuid|subgid)-?)(/|$)")
        found = set()
        for folder, folders, files in os.walk(self.root.path):
            base = os.path.relpath(folder, self.root.path)
            for name in folders + files:
                path = os.path.normpath(os.path.join(base, name))
                if not own.match(path):
                    found.add(path)
        return found


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("A root of its own takes root's rights.")
        sys.exit(SKIPPED)
    in_a_mount_namespace_of_its_own()
    unittest.main()
