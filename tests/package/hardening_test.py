# SPDX-License-Identifier: Apache-2.0
"""The binary that is shipped, read with readelf: what makes a memory fault hard to use."""

import os
import subprocess
import unittest

BINARY = os.environ["METERGATE"]


def readelf(*options):
    return subprocess.run(["readelf", "-W", *options, BINARY], capture_output=True, text=True,
                          check=True).stdout


class Hardening(unittest.TestCase):
    def test_it_can_be_loaded_anywhere(self):
        self.assertIn("Type:                              DYN", readelf("-h"))
        self.assertRegex(readelf("-d"), r"FLAGS_1.*PIE")

    def test_what_is_linked_is_settled_and_closed_before_it_starts(self):
        self.assertIn("GNU_RELRO", readelf("-l"))
        self.assertRegex(readelf("-d"), r"BIND_NOW|FLAGS_1.*NOW")

    def test_no_page_is_both_writable_and_executable(self):
        for line in readelf("-l").splitlines():
            if line.lstrip().startswith(("LOAD", "GNU_STACK")):
                self.assertNotIn("RWE", line)

    def test_stacks_are_guarded_and_copies_are_checked(self):
        symbols = readelf("--dyn-syms")
        self.assertIn("__stack_chk_fail", symbols)
        self.assertRegex(symbols, r"__(memcpy|snprintf|vsnprintf|fprintf|read|recv|memmove)_chk")

    def test_jumps_land_where_they_should(self):
        if os.uname().machine != "x86_64":
            self.skipTest("control-flow marks are looked at on x86-64")
        code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", "-j", ".text", BINARY],
                              capture_output=True, text=True, check=True).stdout
        # What is linked in from outside has marks of its own: this is a function of ours.
        self.assertRegex(code, r"<main>:\n[^\n]*endbr64")

    def test_nothing_is_looked_for_in_folders_of_the_build(self):
        self.assertNotRegex(readelf("-d"), r"R(UN)?PATH")

    def test_no_test_can_stop_it_at_a_durable_step(self):
        with open(BINARY, "rb") as file:
            self.assertNotIn(b"METERGATE_CRASH_AT", file.read())


if __name__ == "__main__":
    unittest.main()
