# SPDX-License-Identifier: Apache-2.0
"""The shipped unit: what systemd thinks of it, and that the gateway gets along with what it denies."""

import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "street"))

from harness.case import StreetCase
from harness.running import until

UNIT = ROOT / "config" / "metergate.service"
MOST_EXPOSURE = 1.3


def settings(key):
    """All values of a key, as systemd adds them up."""
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)


def exit_code(name):
    text = (ROOT / "gateway" / "cli" / "exit_codes.hpp").read_text()
    return int(re.search(rf"{name} = (\d+);", text)[1])


class Unit(unittest.TestCase):
    @unittest.skipUnless(shutil.which("systemd-analyze"), "needs systemd")
    def test_its_exposure_is_as_low_as_promised(self):
        told = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--no-pager",
             f"--threshold={int(MOST_EXPOSURE * 10)}", UNIT], capture_output=True, text=True,
            check=False)
        self.assertEqual(told.returncode, 0, told.stdout)
        self.assertLessEqual(float(re.search(r"exposure level for \S+: ([\d.]+)", told.stdout)[1]),
                             MOST_EXPOSURE)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "needs systemd")
    def test_systemd_knows_every_line_of_it(self):
        told = subprocess.run(["systemd-analyze", "verify", "--man=no", UNIT],
                              capture_output=True, text=True, check=False)
        said = [line for line in told.stderr.splitlines()
                if "metergate.service" in line and "is not executable" not in line]
        self.assertEqual(said, [])

    def test_a_mistake_in_the_configuration_is_not_tried_again(self):
        self.assertEqual(settings("Restart"), ["always"])
        self.assertEqual(settings("RestartPreventExitStatus"),
                         [str(exit_code("kConfigurationError"))])

    def test_it_tells_systemd_and_is_watched(self):
        self.assertEqual(settings("Type"), ["notify"])
        self.assertGreater(int(settings("WatchdogSec")[0]), 0)
        self.assertEqual(settings("TimeoutStartSec"), ["infinity"], "a large ledger comes forward")
        self.assertEqual(settings("ExecReload"), ["/bin/kill -HUP $MAINPID"])


def allowed_calls():
    """The names of the system calls the unit allows, its groups resolved by systemd itself."""
    def calls(group):
        out = set()
        listed = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", group],
                                capture_output=True, text=True, check=True).stdout
        for line in listed.splitlines()[1:]:
            name = line.strip()
            if name.startswith("@"):
                out |= calls(name)
            elif name and not name.startswith("#"):
                out.add(name)
        return out

    allowed = set()
    for value in settings("SystemCallFilter"):
        groups = value.lstrip("~").split()
        named = set().union(*(calls(one) for one in groups))
        allowed = allowed - named if value.startswith("~") else allowed | named
    return allowed


def seccomp():
    try:
        import seccomp as library
    except ImportError:
        return None
    return library


@unittest.skipUnless(shutil.which("systemd-analyze") and seccomp(), "needs systemd, python3-seccomp")
class UnderItsFilter(StreetCase):
    """A call outside the filter ends the process here; under systemd it would merely fail."""

    street_shape = {"line": 1, "tcp": 1, "mqtt": 1}
    starts_gateway = False

    @classmethod
    def configure(cls, config):
        config["metrics"] = {"port": 29464}

    @staticmethod
    def confined(without=()):
        library = seccomp()
        # systemd allows what starts a service by itself.
        calls = (allowed_calls() | {"execve", "exit", "exit_group", "rt_sigreturn"}) - set(without)
        if os.geteuid() == 0:
            # SQLite gives its files to the owner of the ledger when it runs as root, and only then.
            calls |= {"fchown"}
        rules = library.SyscallFilter(library.KILL_PROCESS)
        for call in calls:
            try:
                rules.add_rule(library.ALLOW, call)
            except (OSError, RuntimeError, ValueError):
                pass  # of another architecture
        return rules.load

    def test_the_gateway_does_its_work(self):
        self.gateway.start(before=self.confined())
        self.gateway.wait_for_sessions(self.street.meters)
        self.utility.wait_for_gateway()
        for meter in ("a-001", "tcp-001", "mqtt-001"):
            self.checker.settled(self.deliver(meter), "succeeded")
        self.gateway.forget_journal()
        self.broker.kill()
        before = len(self.utility.heard)
        self.broker.start()
        until("both connections again", lambda: len(self.gateway.journal("MG0601")) == 2)
        self.utility.wait_for_gateway(after=before)
        self.checker.settled(self.deliver("tcp-001"), "succeeded")
        self.assertEqual(self.gateway.stop(), 0)

    def test_the_filter_is_one(self):
        self.gateway.start(before=self.confined(without=["fdatasync", "fsync"]), ready=False)
        self.assertEqual(self.gateway.wait(), -31, "SIGSYS: the ledger has to reach the disk")


if __name__ == "__main__":
    unittest.main()
