# SPDX-License-Identifier: Apache-2.0
"""Man pages and shell completion say what `--help` says, in the form their readers take."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

BINARY = os.environ["METERGATE"]


def run(*arguments):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, check=False)


class Manual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)
        made = run("manual", str(cls.folder))
        assert made.returncode == 0, made.stderr
        listed = run("--help").stdout.split("Subcommands:\n")[1].split("\n\n")[0]
        cls.subcommands = re.findall(r"^  ([a-z][a-z-]+) ", listed, re.MULTILINE)

    def page(self, name):
        return (self.folder / name).read_text()

    def shown(self, name):
        """As a reader sees it, without overstriking."""
        shown = subprocess.run(["groff", "-man", "-Tutf8", "-P-c", "-P-b", "-P-u", "-P-o", name],
                               cwd=self.folder, capture_output=True, text=True, check=True)
        return shown.stdout

    def test_every_subcommand_has_its_page(self):
        self.assertGreater(len(self.subcommands), 15)
        pages = {page.name for page in self.folder.glob("*.1")}
        self.assertEqual(pages, {"metergate.1", *(f"metergate-{one}.1"
                                                  for one in self.subcommands)})
        for one in self.subcommands:
            self.assertIn(f"metergate\\-{one.replace('-', chr(92) + '-')}", self.page("metergate.1"))

    def test_what_makes_the_manual_is_not_part_of_it(self):
        self.assertNotIn("manual", self.subcommands)
        self.assertNotIn("metergate manual", self.shown("metergate.1"))

    @unittest.skipUnless(shutil.which("groff"), "needs groff-base")
    def test_groff_has_nothing_to_complain_of(self):
        for page in sorted(self.folder.glob("*.1")):
            told = subprocess.run(["groff", "-man", "-ww", "-z", page.name], cwd=self.folder,
                                  capture_output=True, text=True, check=True)
            self.assertEqual(told.stderr, "", page.name)

    @unittest.skipUnless(shutil.which("groff"), "needs groff-base")
    def test_options_examples_and_exit_codes_are_there(self):
        send = self.shown("metergate-send.1")
        for option in re.findall(r"--[a-z-]+", run("send", "--help").stdout.split("Options:")[1]):
            self.assertIn(option.rstrip("-"), send.replace("‐", "-").replace("−", "-"))
        self.assertIn("EXAMPLES", send)
        doctor = self.shown("metergate-doctor.1")
        self.assertIn("Exit codes: 0 nothing fails", doctor)

    @unittest.skipUnless(shutil.which("groff"), "needs groff-base")
    def test_a_subcommand_of_a_subcommand_is_told_with_it(self):
        self.assertIn("metergate store backup [options] DIR",
                      " ".join(self.shown("metergate-store.1").split()))

    def completions(self, *words):
        script = (f"source {self.folder / 'metergate.bash'}; COMP_WORDS=(\"$@\"); "
                  "COMP_CWORD=$(($# - 1)); _metergate; printf '%s\\n' \"${COMPREPLY[@]}\"")
        told = subprocess.run(["bash", "-euc", script, "bash", *words], capture_output=True,
                              text=True, check=True)
        return told.stdout.split()

    def test_the_shell_completes_subcommands_and_options(self):
        self.assertEqual(set(self.completions("metergate", "")) & set(self.subcommands),
                         set(self.subcommands))
        self.assertEqual(self.completions("metergate", "doc"), ["doctor"])
        self.assertEqual(self.completions("metergate", "store", "ba"), ["backup"])
        self.assertEqual(self.completions("metergate", "store", "backup", "--bef"),
                         ["--before-migration"])
        self.assertEqual(self.completions("metergate", "store", "backup", "/somewhere"), [])


if __name__ == "__main__":
    unittest.main()
