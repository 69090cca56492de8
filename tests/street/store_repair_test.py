# SPDX-License-Identifier: Apache-2.0
"""A ledger that a failing disk damaged: found, told of, repaired, and worked with again."""

import contextlib
import random
import sqlite3
import time
import unittest

from harness.case import StreetCase
from harness.checker import DAY
from harness.running import until

PAGE = 4096
OK, LOST, BUSY, CONFIGURATION = 0, 1, 74, 78


class StoreRepairTest(StreetCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 1}

    def setUp(self):
        if not self.gateway.alive:
            self.gateway.start()
        self.gateway.wait_for_sessions(self.street.meters)
        self.utility.wait_for_gateway()
        self.orders = [self.deliver(meter) for meter in self.street.meters]
        for order in self.orders:
            self.checker.settled(order, "succeeded")
        for meter in self.street.meters:
            self.checker.profile_complete(meter, time.time() - DAY + 1800)

    def pages(self, name, kind="leaf"):
        with contextlib.closing(sqlite3.connect(self.gateway.store)) as ledger:
            return [row[0] for row in ledger.execute(
                "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ? ORDER BY path",
                (name, kind))]

    def stop_and_overwrite(self, pages):
        self.gateway.stop()
        with contextlib.closing(sqlite3.connect(self.gateway.store)) as ledger:
            ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        noise = random.Random(7)
        with open(self.gateway.store, "r+b") as file:
            for page in pages() if callable(pages) else pages:
                file.seek((page - 1) * PAGE)
                file.write(noise.randbytes(PAGE))

    def store(self, *arguments, code):
        done = self.gateway.run("store", *arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def works_again(self):
        self.gateway.start()
        self.gateway.wait_for_sessions(self.street.meters)
        self.utility.wait_for_gateway()
        for meter in self.street.meters:
            self.checker.settled(self.deliver(meter), "succeeded")
            self.checker.nothing_doubled(meter)
            self.checker.profile_complete(meter, time.time() - DAY + 1800)
        self.assertEqual(self.gateway.rows("PRAGMA integrity_check")[0][0], "ok")

    def test_an_unreadable_head_is_refused_with_the_way_out(self):
        self.assertIn("another metergate process", self.store("repair", code=BUSY))
        self.stop_and_overwrite([1])
        self.gateway.start(ready=False)
        self.assertEqual(self.gateway.wait(10), CONFIGURATION)
        self.assertIn("metergate store repair", self.gateway.text())
        said = self.store("check", code=BUSY)
        self.assertIn("metergate store repair", said)
        said = self.store("repair", "--replace", code=LOST)
        self.assertIn("the head of the file is unreadable", said)
        self.assertRegex(said, r"command +\d+  nothing\n")
        self.assertRegex(said, r"\.broken-\d{8}T\d{6}Z")
        self.works_again()
        for order in self.orders:
            self.assertEqual(self.gateway.command(order)["state"], "succeeded")

    def test_lost_pages_are_named_and_what_meters_have_is_read_again(self):
        self.stop_and_overwrite(lambda: self.pages("profile_hot_0")[:2]
                                + self.pages("profile_hot_1")[:2])
        self.assertIn("metergate store repair", self.store("check", code=LOST))
        said = self.store("repair", code=LOST)
        self.assertRegex(said, r"profile_hot_. +\d+  \d pages? with all on it")
        self.assertIn("they are asked for again", said)
        self.assertIn("ledger.db.repaired", said)
        self.assertIn("is there already", self.store("repair", code=BUSY))
        (self.folder / "store" / "ledger.db.repaired").unlink()
        self.store("repair", "--replace", code=LOST)
        self.store("check", code=OK)
        self.works_again()
        until("the audit entry", lambda: "store-repaired" in self.gateway.run("audit", "list").stdout)

    def test_a_whole_one_comes_out_as_it_was(self):
        self.gateway.stop()
        self.assertIn("Nothing is lost.", self.store("repair", "--replace", code=OK))
        self.works_again()
        for order in self.orders:
            self.assertEqual(self.gateway.command(order)["state"], "succeeded")


if __name__ == "__main__":
    unittest.main()
