# SPDX-License-Identifier: Apache-2.0
"""The ledger's disk turns read-only, as kernels make a failing one, and gets well again."""

import os
import subprocess
import time
import unittest
from pathlib import Path

from harness.case import StreetCase
from harness.checker import DAY
from harness.row import Row
from harness.running import until
from harness.utility import ROOT

IO_ERROR = 74
SHAPE = {"line": 1, "tcp": 1, "mqtt": 1, "options": ("--wire-speed", 20)}


def shell(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          check=False)


def must(*command):
    """Or there is no such test on this machine."""
    done = shell(*command)
    if done.returncode != 0:
        raise unittest.SkipTest(f"{command[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


class ReadOnlyCase(StreetCase):
    street_shape = SHAPE

    @classmethod
    def configure(cls, config):
        config["schedule"][0].update(registers_s=1)

    def refused(self):
        """An order, once the door is closed."""
        order = self.deliver("tcp-001")
        answer = self.utility.wait_for(f"an answer to {order}",
                                       lambda h: h.body.get("command") == order)
        return answer.body["state"] == "refused" and answer.body["reason"] == "storage-unavailable"

    def it_is_noticed(self):
        self.utility.wait_for("the alarm", lambda h: h.topic == f"{ROOT}/alarm"
                              and h.body["event"] == "MG0708"
                              and "ledger.db" in h.body["text"], 10)
        until("the refusal", self.refused, 10)
        self.assertTrue(self.gateway.alive)
        self.assertEqual(self.gateway.run("status").returncode, 0)
        # What could not be kept is not asked for: no request in the time of three rounds.
        self.assertEqual([one for one in self.gateway.ask("trace", meter="tcp-001", seconds=3)
                          if "request" in one], [])

    def nothing_is_amiss(self, taken):
        self.utility.all_end("the outcomes", taken, 60)
        for order in taken:
            self.assertEqual(self.gateway.command(order)["state"], "succeeded", order)
            self.assertEqual(self.utility.outcome(order)["state"], "succeeded", order)
        for meter in self.street.meters:
            self.checker.settled(self.deliver(meter), "succeeded")
            self.checker.nothing_doubled(meter)
            self.checker.profile_complete(meter, time.time() - DAY + 1800)
            self.checker.logs_complete(meter)
        self.assertEqual(self.gateway.rows("PRAGMA integrity_check")[0][0], "ok")
        self.assertEqual(self.gateway.run("audit", "verify").returncode, 0)


class TurnsReadOnlyTest(ReadOnlyCase):
    @classmethod
    def open_street(cls):
        library = os.environ.get("METERGATE_READ_ONLY_DISK_LIBRARY")
        if not library:
            raise unittest.SkipTest("METERGATE_READ_ONLY_DISK_LIBRARY names no library")
        cls.flag = cls.folder / "store.read-only"
        cls.gateway_environment = {"LD_PRELOAD": library,
                                   "METERGATE_DISK": str(cls.folder / "store")}
        super().open_street()

    def test_collection_pauses_orders_are_refused_and_it_recovers_by_itself(self):
        with Row("R4", "read-only disks", 2) as row:
            for _ in row:
                self.gateway.forget_journal()
                taken = [self.deliver(meter) for meter in self.street.meters]
                for order in taken:
                    self.utility.wait_for(f"a word on {order}",
                                          lambda h, order=order: h.body.get("command") == order)
                self.flag.touch()
                self.it_is_noticed()
                self.flag.unlink()
                until("the recovery", lambda: self.gateway.journal("MG0703"), 60)
                taken = [order for order in taken if self.gateway.command(order)]
                self.nothing_is_amiss(taken)


class DiskFailsTest(ReadOnlyCase):
    """A true one: the kernel finds an error in a file system of ours and makes it read-only."""

    @classmethod
    def open_street(cls):
        cls.store = cls.folder / "store"
        cls.store.mkdir()
        image = cls.folder / "disk"
        with open(image, "wb") as disk:
            disk.truncate(32 << 20)
        must("mkfs.ext4", "-q", image)
        cls.mount = ("mount", "-o", "loop,errors=remount-ro", image, cls.store)
        must(*cls.mount)
        cls.addClassCleanup(shell, "umount", "-l", cls.store)
        device = must("findmnt", "-no", "SOURCE", cls.store)
        # Never another disk's.
        assert device.startswith("/dev/loop"), device
        cls.trigger = Path("/sys/fs/ext4") / Path(device).name / "trigger_fs_error"
        if not os.access(cls.trigger, os.W_OK):
            raise unittest.SkipTest(f"{cls.trigger} is not there or not ours")
        super().open_street()

    def test_what_was_taken_ends_once_the_disk_is_mounted_again(self):
        taken = [self.deliver(meter) for meter in self.street.meters]
        # On their way at that very moment.
        for order in taken:
            self.utility.wait_for(f"a word on {order}",
                                  lambda h, order=order: h.body.get("command") == order)
        self.trigger.write_text("an error for a test\n")
        self.it_is_noticed()
        self.gateway.stop()
        must("umount", self.store)
        disk = self.folder / "disk"
        until("the disk to be let go", lambda: not shell("losetup", "-j", disk).stdout)
        mended = shell("fsck.ext4", "-f", "-y", disk)
        self.assertLessEqual(mended.returncode, 1, mended.stdout)  # fsck(8): 1, errors corrected
        must(*self.mount)
        self.gateway.start()
        self.gateway.wait_for_sessions(self.street.meters)
        self.utility.wait_for_gateway()
        self.nothing_is_amiss(taken)


class StartTest(ReadOnlyCase):
    """Nothing starts half: it says what is missing and ends."""

    @classmethod
    def open_street(cls):
        cls.store = cls.folder / "store"
        cls.store.mkdir()
        must("mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs", cls.store)
        cls.addClassCleanup(shell, "umount", "-l", cls.store)
        super().open_street()

    def test_a_start_on_a_read_only_disk_ends_with_the_reason(self):
        self.checker.settled(self.deliver("tcp-001"), "succeeded")
        self.gateway.stop()
        must("mount", "-o", "remount,ro", self.store)
        kept = self.gateway.store
        for file in (kept, str(self.store / "made" / "ledger.db"), str(self.store / "new.db")):
            self.gateway.config["storage"]["file"] = file
            self.gateway.start(ready=False)
            self.assertEqual(self.gateway.wait(10), IO_ERROR)
            self.assertRegex(self.gateway.text(), "Read-only file system\n.*mount it writable")
            self.assertIn(str(self.store), self.gateway.text())
        self.gateway.config["storage"]["file"] = kept
        must("mount", "-o", "remount,rw", self.store)
        self.gateway.start()
        self.gateway.wait_for_sessions(self.street.meters)
        self.utility.wait_for_gateway()
        self.nothing_is_amiss([])


if __name__ == "__main__":
    unittest.main()
