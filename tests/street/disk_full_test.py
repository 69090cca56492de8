# SPDX-License-Identifier: Apache-2.0
"""The ledger's disk fills up and gets room again, time after time."""

import os
import subprocess
import time
import unittest

from harness.case import StreetCase
from harness.checker import DAY
from harness.row import Row
from harness.running import until
from harness.utility import ROOT

DISK = 12 * 1024 * 1024


class DiskFullTest(StreetCase):
    # In debt, so that thousands of tokens do not fill an account as well.
    street_shape = {"line": 1, "tcp": 1, "mqtt": 1,
                    "options": ("--wire-speed", 20, "--balance=-1000000000")}

    @classmethod
    def open_street(cls):
        cls.disk = cls.folder / "store"
        cls.disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs",
                                  cls.disk], capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            raise unittest.SkipTest(f"needs a small file system: {mounted.stderr.strip()}")
        cls.addClassCleanup(subprocess.run, ["umount", "-l", cls.disk], check=False)
        cls.filler = cls.disk / "filler"
        super().open_street()

    @classmethod
    def configure(cls, config):
        config["schedule"][0].update(registers_s=1)

    def fill(self):
        """To the last octet."""
        with open(self.filler, "ab") as filler:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        os.write(filler.fileno(), b"\0" * size)
                except OSError:
                    pass

    def fill_until_refused(self, orders):
        """The reserve may carry some more orders; then the door closes with a reason."""
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            self.fill()
            order = self.deliver("tcp-001")
            orders.append(order)
            answer = self.utility.wait_for(f"an answer to {order}",
                                           lambda h, order=order: h.body.get("command") == order)
            if answer.body["state"] == "refused":
                self.assertEqual(answer.body["reason"], "storage-unavailable")
                return
        self.fail("a full disk takes orders for ever")

    def test_orders_are_refused_while_it_lasts_and_nothing_that_was_taken_is_lost(self):
        with Row("R4", "fillings of the disk", 2) as row:
            self.fill_and_judge(row)

    def fill_and_judge(self, row):
        orders = []
        for _ in row:
            self.gateway.forget_journal()
            taken = [self.deliver(meter) for meter in self.street.meters]
            orders += taken
            self.fill_until_refused(orders)
            self.assertTrue(self.gateway.alive)
            # Meters are served and states told all the same.
            self.assertEqual(self.gateway.run("status").returncode, 0)
            self.filler.unlink()
            began = time.monotonic()
            until("the recovery", lambda: self.gateway.journal("MG0703"), 60)
            self.assertLess(time.monotonic() - began, 60)
            self.utility.all_end("the outcomes", orders, 60)
            for order in taken:
                self.assertEqual(self.gateway.command(order)["state"], "succeeded", order)
                self.assertEqual(self.utility.outcome(order)["state"], "succeeded", order)
            self.checker.settled(self.deliver("tcp-001"), "succeeded")
        for meter in self.street.meters:
            self.checker.nothing_doubled(meter)
            self.checker.profile_complete(meter, time.time() - DAY + 1800)
            self.checker.logs_complete(meter)
        self.assertEqual(self.gateway.rows("PRAGMA integrity_check")[0][0], "ok")

    def test_a_full_disk_is_an_alarm(self):
        self.addCleanup(self.filler.unlink)
        self.fill_until_refused([])
        self.utility.wait_for("the alarm", lambda h: h.topic == f"{ROOT}/alarm"
                              and h.body["event"] == "MG0702", 10)

    def test_a_start_with_a_full_disk_is_a_clean_end_or_a_start(self):
        self.gateway.stop()
        self.fill()
        self.gateway.start(ready=False)
        until("a decision", lambda: not self.gateway.alive or self.gateway.status())
        if self.gateway.alive:
            self.gateway.stop()
        else:
            self.assertEqual(self.gateway.wait(), 74)
        self.filler.unlink()
        self.gateway.start()
        self.gateway.wait_for_sessions(self.street.meters)
        self.utility.wait_for_gateway()
        self.checker.settled(self.deliver("tcp-001"), "succeeded")


if __name__ == "__main__":
    unittest.main()
