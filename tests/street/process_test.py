# SPDX-License-Identifier: Apache-2.0
"""The process: how it starts, is watched, told to look again, and ends."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import unittest

from harness.case import BINARY, StreetCase
from harness.gateway import Gateway
from harness.running import until
from harness.utility import utc

OK, UNAVAILABLE, IO_ERROR, CONFIGURATION = 0, 69, 74, 78


class Supervisor:
    """What systemd is to a service of Type=notify."""

    def __init__(self, folder):
        self.path = folder / "notify.sock"
        self.path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.socket.settimeout(0.05)
        self.told = []

    def close(self):
        self.socket.close()

    def environment(self, watchdog_s):
        return {"NOTIFY_SOCKET": str(self.path), "WATCHDOG_USEC": str(int(watchdog_s * 1e6))}

    def hears(self, line):
        """How often it was told so."""
        try:
            while True:
                self.told += self.socket.recv(4096).decode().splitlines()
        except TimeoutError:
            return sum(one == line or (line.endswith("=") and one.startswith(line))
                       for one in self.told)


class ProcessTest(StreetCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 1}

    def setUp(self):
        if not self.gateway.alive:
            self.gateway.start()
        self.gateway.forget_journal()

    def test_sigterm_and_sigint_end_it_in_order(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            self.street.do("late", "mqtt-001", ms=300)
            order = self.deliver("mqtt-001")
            self.utility.step(order, "sending")
            self.gateway.forget_journal()
            self.gateway.signal(number)
            self.assertEqual(self.gateway.wait(10), OK)
            self.street.do("heal", "mqtt-001")
            self.utility.wait_for_gateway("offline")
            self.assertEqual([len(self.gateway.journal(e)) for e in ("MG0002", "MG0003")], [1, 1])
            self.assertFalse((self.folder / "control.sock").exists())
            self.gateway.start()
            self.checker.settled(order, "succeeded")
            self.checker.nothing_doubled("mqtt-001")

    def test_a_kill_is_told_by_the_last_will(self):
        self.utility.wait_for_gateway("online")
        self.gateway.kill()
        self.utility.wait_for_gateway("offline")
        self.gateway.start()
        self.utility.wait_for_gateway("online")

    def test_the_supervisor_is_told(self):
        self.gateway.stop()
        supervisor = Supervisor(self.folder)
        self.addCleanup(supervisor.close)
        self.gateway.start(environment=supervisor.environment(watchdog_s=1.5))
        until("READY", lambda: supervisor.hears("READY=1") == 1)
        until("the watchdog to be fed thrice", lambda: supervisor.hears("WATCHDOG=1") >= 3)
        until("a status", lambda: supervisor.hears("STATUS=") >= 1)
        self.gateway.signal(signal.SIGHUP)
        until("RELOADING", lambda: supervisor.hears("RELOADING=1") == 1)
        until("READY again", lambda: supervisor.hears("READY=1") == 2)
        self.assertEqual(supervisor.hears("STOPPING=1"), 0)
        self.gateway.stop()
        self.assertEqual(supervisor.hears("STOPPING=1"), 1)

    def test_a_process_that_was_frozen_goes_on_and_feeds_its_watchdog(self):
        self.gateway.stop()
        supervisor = Supervisor(self.folder)
        self.addCleanup(supervisor.close)
        self.gateway.start(environment=supervisor.environment(watchdog_s=0.6))
        until("the watchdog to be fed", lambda: supervisor.hears("WATCHDOG=1") >= 2)
        self.gateway.signal(signal.SIGSTOP)
        until("it to be frozen", lambda: " T " in self.gateway.stat())
        fed = supervisor.hears("WATCHDOG=1")
        self.gateway.signal(signal.SIGCONT)
        until("it to be fed again", lambda: supervisor.hears("WATCHDOG=1") > fed)

    # ---- SIGHUP ---------------------------------------------------------------------------------

    def reload(self, event="MG0101"):
        self.gateway.forget_journal()
        self.gateway.write()
        self.gateway.signal(signal.SIGHUP)
        until(f"{event}", lambda: self.gateway.must_live() and self.gateway.journal(event))
        return [row["text"] for row in self.gateway.journal("MG0103")]

    def without(self, prefix):
        """Takes meters out and gives what brings them back."""
        ranges = self.gateway.config["meter_range"]
        gone = next(r for r in ranges if r["prefix"] == prefix)
        ranges.remove(gone)
        return gone

    def test_a_reload_takes_meters_out(self):
        self.assertEqual(self.reload(), [])
        waits = self.deliver("tcp-001", not_before=utc(300))
        self.utility.step(waits, "accepted")
        gone = self.without("tcp-")
        self.addCleanup(self.back_to_normal, gone)
        self.assertIn("tcp-001 removed", " ".join(self.reload()))
        self.assertEqual(self.checker.settled(waits, "failed")["reason"], "meter-removed")
        order = self.deliver("tcp-001")
        refused = self.utility.wait_for(f"the refusal of {order}", lambda h:
                                        h.body.get("command") == order
                                        and h.body["state"] == "refused")
        self.assertEqual(refused.body["reason"], "unknown-meter")
        self.checker.settled(self.deliver("a-001"), "succeeded")

    def test_a_meter_that_was_taken_out_is_not_shown_as_one_that_is_there(self):
        gone = self.without("tcp-")
        self.addCleanup(self.back_to_normal, gone)
        self.reload()
        self.assertNotIn("tcp-001", self.gateway.sessions())

    def back_to_normal(self, gone):
        self.gateway.config["meter_range"].append(gone)
        self.gateway.stop()
        self.gateway.start()
        self.gateway.wait_for_sessions(self.street.meters)

    def test_a_reload_brings_meters_in(self):
        ranges = self.gateway.config["meter_range"]
        comes = {**next(r for r in ranges if r["prefix"] == "a-"), "prefix": "new-",
                 "first_address": 9}
        ranges.append(comes)
        self.addCleanup(self.reload)
        self.addCleanup(ranges.remove, comes)
        self.assertIn("new-001 added", " ".join(self.reload()))
        # Nothing hangs at that address; the others are served all the same.
        self.gateway.wait_for_sessions(["new-001"], "silent")
        self.checker.settled(self.deliver("a-001"), "succeeded")

    def test_a_reload_changes_the_log_level_and_schedules_and_says_what_needs_a_restart(self):
        config = self.gateway.config
        config["log"]["level"] = "info"
        self.assertIn("log.level: debug to info", " ".join(self.reload()))
        config["log"]["level"] = "debug"
        config["schedule"][0]["registers_s"] = 7
        told = " ".join(self.reload())
        self.assertIn("log.level: info to debug", told)
        self.assertIn("schedule default", told)
        config["schedule"][0]["registers_s"] = 5
        config["site"] = "elsewhere"
        self.reload()
        self.assertIn("site", self.gateway.journal("MG0105")[0]["text"])
        config["site"] = "street"
        self.reload()

    def test_a_reload_with_mistakes_changes_nothing_and_names_them(self):
        self.gateway.config["schedule"][0]["registers_s"] = -1
        self.gateway.config["log"]["level"] = "loud"
        self.reload("MG0102")
        until("both mistakes", lambda: len(self.gateway.journal("MG0102")) == 2)
        text = " ".join(row["text"] for row in self.gateway.journal("MG0102"))
        self.assertIn("registers_s", text)
        self.assertIn("loud", text)
        self.gateway.config["schedule"][0]["registers_s"] = 5
        self.gateway.config["log"]["level"] = "debug"
        self.checker.settled(self.deliver("tcp-001"), "succeeded")

    # ---- what keeps it from starting ------------------------------------------------------------

    def test_a_second_gateway_on_the_same_ledger_does_not_start(self):
        second = Gateway(BINARY, self.folder, self.gateway.config, "second")
        self.addCleanup(second.put_away)
        second.config["control"]["socket"] = str(self.folder / "second.sock")
        second.start(ready=False)
        self.assertEqual(second.wait(10), IO_ERROR)
        self.assertRegex(second.tail(), "ledger.db.*(another|in use|lock)")
        self.checker.settled(self.deliver("tcp-001"), "succeeded")

    def test_a_second_gateway_does_not_take_the_first_ones_control_socket(self):
        second = Gateway(BINARY, self.folder, self.gateway.config, "second")
        self.addCleanup(second.put_away)
        second.config["storage"]["file"] = str(self.folder / "second" / "ledger.db")
        second.config["meter_range"], second.config["line"] = [], []
        del second.config["north"], second.config["mqtt_meters"]
        second.start(ready=False)
        until("it to say so", lambda: second.logged("MG0005"))
        self.assertEqual(self.gateway.status()["meters"], len(self.street.meters))
        self.assertEqual(second.stop(), OK)
        self.assertIsNotNone(self.gateway.status())

    def test_a_configuration_with_mistakes_is_named_in_one_go(self):
        broken = Gateway(BINARY, self.folder, self.gateway.config, "broken")
        broken.config["site"] = "a/b"
        broken.config["meter_range"][0]["model"] = "no-such-model"
        broken.config["line"][0]["baud"] = 12345
        broken.config["sessions"]["patience"] = 5
        broken.start(ready=False)
        self.assertEqual(broken.wait(10), CONFIGURATION)
        for word in ("site", "baud", "patience"):
            self.assertIn(word, broken.text())
        checked = broken.run("check-config", broken.file, config=False)
        self.assertEqual(checked.returncode, CONFIGURATION)

    def test_a_model_that_is_nowhere_keeps_it_from_starting(self):
        broken = Gateway(BINARY, self.folder, self.gateway.config, "modelless")
        broken.config["meter_range"][0]["model"] = "no-such-model"
        broken.start(ready=False)
        self.assertEqual(broken.wait(10), CONFIGURATION)
        self.assertIn("no-such-model", broken.text())

    def test_a_folder_nobody_may_write_to(self):
        if os.geteuid() != 0 or shutil.which("setpriv") is None:
            self.skipTest("needs root, to put its rights away")
        store = self.folder / "closed"
        store.mkdir(exist_ok=True)
        store.chmod(0o555)
        broken = Gateway(BINARY, self.folder, self.gateway.config, "nobody")
        broken.config["storage"]["file"] = str(store / "ledger.db")
        broken.write()
        # Root without capabilities is bound by modes like everybody else, and can still read what
        # is its own, wherever that stands.
        broken.launch(["setpriv", "--bounding-set=-all", "--inh-caps=-all", BINARY,
                       "run", "--config", broken.file])
        self.assertEqual(broken.wait(10), IO_ERROR)
        self.assertRegex(broken.text(), "ledger.db.*(ermission|read)")

    # ---- what does not keep it from starting ----------------------------------------------------

    def test_a_missing_device_is_an_alarm_and_its_return_a_recovery(self):
        self.gateway.stop()
        link = self.street.folder / "line-a"
        target = os.readlink(link)
        link.unlink()
        self.gateway.start()
        self.gateway.wait_for_sessions(["tcp-001", "mqtt-001"])
        until("the alarm", lambda: self.gateway.journal("MG0302"))
        self.assertIn("line-a", self.gateway.journal("MG0302")[0]["text"])
        waits = self.deliver("a-001")
        self.checker.settled(self.deliver("tcp-001"), "succeeded")
        self.assertIn(self.gateway.command(waits)["state"], ("accepted", "scheduled"))
        os.symlink(target, link)
        self.checker.settled(waits, "succeeded")
        until("the recovery", lambda: self.gateway.journal("MG0303")
              or self.gateway.journal("MG0301"))

    def test_the_control_socket_is_for_owner_and_group_alone(self):
        mode = stat.S_IMODE((self.folder / "control.sock").stat().st_mode)
        self.assertEqual(mode, 0o660)
        for file in (self.folder / "store").iterdir():
            self.assertEqual(stat.S_IMODE(file.stat().st_mode) & 0o077, 0, file)
        if os.geteuid() != 0 or shutil.which("setpriv") is None:
            self.skipTest("needs root, to become somebody without rights")
        self.folder.chmod(0o755)
        told = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BINARY, "status",
             "--config", self.gateway.file], capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(told.returncode, UNAVAILABLE, told)
        self.assertIn("ermission", told.stderr)

    def test_a_killed_gateways_socket_is_no_obstacle(self):
        self.gateway.kill()
        self.assertTrue((self.folder / "control.sock").exists())
        self.assertEqual(self.gateway.run("status").returncode, UNAVAILABLE)
        self.gateway.start()
        self.assertEqual(self.gateway.run("status").returncode, OK)


class NewBoxTest(StreetCase):
    """A box with an empty ledger takes over from one that burnt."""

    street_shape = {"line": 1, "tcp": 1, "mqtt": 1}

    def test_it_goes_on_where_the_meters_are(self):
        for meter in self.street.meters:
            for _ in range(3):
                self.checker.settled(self.deliver(meter), "succeeded")
        self.gateway.stop()
        shutil.rmtree(self.folder / "store")
        self.gateway.start()
        for meter in self.street.meters:
            self.checker.settled(self.deliver(meter), "succeeded")


if __name__ == "__main__":
    unittest.main()
