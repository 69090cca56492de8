# SPDX-License-Identifier: Apache-2.0
"""A power cut before and after commits of the ledger, at start, under way and in its first moments."""

import signal
import unittest

from harness.case import StreetCase
from harness.crash import CrashCase

COMMITS = ("commit-before", "commit-after", "commit-before:3", "commit-after:4", "commit-before:7",
           "commit-after:8", "commit-before:12", "commit-after:16", "commit-before:20")
MIGRATION = ("migration-applied", "migration-committing")


class CrashStorageTest(CrashCase):
    def test_commits(self):
        self.every(COMMITS)


class NewLedgerTest(StreetCase):
    street_shape = {"line": 0, "tcp": 1, "mqtt": 0}
    starts_gateway = False

    def test_a_ledger_that_was_cut_off_while_it_was_made_is_made_at_the_next_start(self):
        for point in MIGRATION:
            with self.subTest(point=point):
                self.gateway.start(crash_at=point, ready=False)
                self.assertEqual(self.gateway.wait(), -signal.SIGKILL)
        self.gateway.start()
        # Before its very first connection the broker keeps nothing for it.
        self.utility.wait_for_gateway()
        self.checker.settled(self.deliver("tcp-001"), "succeeded")


if __name__ == "__main__":
    unittest.main()
