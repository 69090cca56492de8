# SPDX-License-Identifier: Apache-2.0
"""A package that is signed can be told from one that is not ours, with what every Debian has."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
SCRIPTS = HOUSE / "scripts"
KEY = "releases@metergate.invalid"


class Signature(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="sign-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.releaser = self.keyring("releaser")
        self.operator = self.keyring("operator")
        self.gpg(self.releaser, "--passphrase", "", "--quick-generate-key", KEY, "ed25519", "sign")
        public = self.gpg(self.releaser, "--export", KEY).stdout
        self.gpg(self.operator, "--import", stdin=public)
        self.package = self.folder / "metergate_0.1.0_amd64.deb"
        self.package.write_bytes(b"!<arch>\n" + os.urandom(5000))

    def keyring(self, name):
        home = self.folder / name
        home.mkdir(0o700)
        # The agent lives with its keys, and ends with them.
        self.addCleanup(subprocess.run, ["gpgconf", "--kill", "all"], check=False,
                        env={**os.environ, "GNUPGHOME": str(home)})
        return home

    def run_as(self, home, *command, stdin=None):
        return subprocess.run([str(part) for part in command], input=stdin, capture_output=True,
                              check=False, timeout=120, cwd=self.folder,
                              env={**os.environ, "GNUPGHOME": str(home)})

    def gpg(self, home, *options, stdin=None):
        done = self.run_as(home, "gpg", "--batch", "--quiet", *options, stdin=stdin)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done

    def sign(self, *options):
        return self.run_as(self.releaser, SCRIPTS / "sign-package", *options)

    def holds(self, file):
        """As an operator checks it, who has the public key only."""
        return self.run_as(self.operator, "gpg", "--batch", "--verify", f"{file}.asc",
                           file).returncode == 0

    def sums_hold(self):
        return self.run_as(self.operator, "sha256sum", "--check", "--strict",
                           "SHA256SUMS").returncode == 0

    def test_package_and_sums_are_signed_and_an_operator_can_see_it(self):
        signed = self.sign(KEY, self.package)
        self.assertEqual(signed.returncode, 0, signed.stderr.decode())
        self.assertEqual(signed.stdout.decode().split(),
                         [f"{self.package}.asc", str(self.folder / "SHA256SUMS.asc")])
        self.assertTrue(self.holds(self.package))
        self.assertTrue(self.holds(self.folder / "SHA256SUMS"))
        self.assertTrue(self.sums_hold())

    def test_an_operator_checks_it_as_the_page_says(self):
        self.sign(KEY, self.package)
        (self.folder / "release.asc").write_bytes(
            self.gpg(self.releaser, "--armor", "--export", KEY).stdout)
        stranger = self.keyring("stranger")
        page = (HOUSE / "docs" / "operations.md").read_text()
        block = re.search(r"### Is it ours\?\n.*?```\n(.*?)```", page, re.DOTALL)[1]
        told = self.run_as(stranger, "bash", "-euc", block)
        self.assertEqual(told.returncode, 0, told.stderr.decode())
        self.assertIn("Good signature", told.stderr.decode())
        self.assertIn("metergate_0.1.0_amd64.deb: OK", told.stdout.decode())
        self.package.write_bytes(b"another one")
        self.assertNotEqual(self.run_as(stranger, "bash", "-euc", block).returncode, 0)

    def test_one_octet_of_another_package_is_found(self):
        self.sign(KEY, self.package)
        octets = bytearray(self.package.read_bytes())
        octets[4000] ^= 1
        self.package.write_bytes(octets)
        self.assertFalse(self.holds(self.package))
        self.assertFalse(self.sums_hold())

    def test_sums_of_another_hand_are_found(self):
        self.sign(KEY, self.package)
        sums = self.folder / "SHA256SUMS"
        sums.write_text(sums.read_text().replace("metergate", "othergate"))
        self.assertFalse(self.holds(sums))

    def test_signed_again_it_holds_again(self):
        for _ in range(2):
            self.assertEqual(self.sign(KEY, self.package).returncode, 0)
            self.assertTrue(self.holds(self.package))
            self.package.write_bytes(os.urandom(100))

    def test_a_key_that_is_not_there_is_told_before_anything_is_built(self):
        for command in ((SCRIPTS / "package", "--sign"), (SCRIPTS / "sign-package", "--only-check")):
            told = self.run_as(self.releaser, *command, "nobody@metergate.invalid")
            self.assertEqual(told.returncode, 1)
            self.assertIn("no secret key nobody@metergate.invalid", told.stderr.decode())
        # The public half signs nothing.
        self.assertEqual(self.run_as(self.operator, SCRIPTS / "sign-package", KEY,
                                     self.package).returncode, 1)
        self.assertFalse(Path(f"{self.package}.asc").exists())

    def test_what_is_not_understood_is_told(self):
        for command in ((SCRIPTS / "package", "--sign"), (SCRIPTS / "package", "sign", KEY),
                        (SCRIPTS / "sign-package",), (SCRIPTS / "sign-package", KEY),
                        (SCRIPTS / "sign-package", KEY, self.package, "more")):
            told = self.run_as(self.releaser, *command)
            self.assertEqual(told.returncode, 2, command)
            self.assertIn("Usage", told.stderr.decode())
        told = self.sign(KEY, self.folder / "none.deb")
        self.assertEqual(told.returncode, 1)
        self.assertIn("is no file", told.stderr.decode())


if __name__ == "__main__":
    unittest.main()
