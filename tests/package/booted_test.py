# SPDX-License-Identifier: Apache-2.0
"""The package on a box that was switched on: systemd is process 1 and does what the unit says."""

import json
import os
import re
import shutil
import sys
import tempfile
import unittest
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "street"))

from box import Box
from harness.chromium import DRIVER, open_chromium
from harness.running import until
from root import SKIPPED, in_a_mount_namespace_of_its_own

PACKAGE = max(Path(os.environ["METERGATE_PACKAGES"]).glob("metergate_*.deb"),
              key=lambda one: one.stat().st_mtime)
CONFIG = "/etc/metergate/metergate.toml"
CONFIGURATION_ERROR = 78
METERS = ("tcp-001", "tcp-002", "mqtt-001", "mqtt-002")
STREET = f"""
[mqtt_meters]
root = "meters"
[mqtt_meters.broker]
host = "127.0.0.1"
port = 1883
[[line]]
name = "tcp"
host = "127.0.0.1"
port = 10502
[[meter_range]]
prefix = "tcp-"
count = 2
digits = 3
model = "virtual-prepayment-modbus"
line = "tcp"
first_address = 1
[[meter_range]]
prefix = "mqtt-"
count = 2
digits = 3
model = "virtual-prepayment-mqtt"
[console]
port = 9465
[[role]]
name = "watcher"
functions = []
[[operator]]
name = "anna"
roles = ["watcher"]
local_user = "anna"
"""


class Booted(unittest.TestCase):
    """One box for all; every test leaves the service running."""

    @classmethod
    def setUpClass(cls):
        cls.box = Box(PACKAGE)
        cls.addClassCleanup(cls.box.remove)
        until("the box to be up", cls.box.is_on, 60)
        shutil.copy(PACKAGE, cls.box.path / "root/metergate.deb")
        cls.box.run("dpkg", "--force-unsafe-io", "--install", "/root/metergate.deb")

    def state(self, field):
        return self.box.unit("metergate", field)

    def active(self, what="the service to be active"):
        until(what, lambda: self.state("ActiveState") == "active"
              and self.box.run("metergate", "status", check=False).returncode == 0)

    def process(self, field):
        status = self.box.run("cat", f"/proc/{self.state('MainPID')}/status").stdout
        return re.search(rf"(?m)^{field}:\s*(.*)$", status)[1]

    def journal(self):
        return self.box.run("journalctl", "-u", "metergate", "--no-pager", "-o", "cat").stdout

    def get(self, address):
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.read().decode()

    # ---- in the order of a box's life -----------------------------------------------------------

    def test_1_installed_it_is_up_and_the_doctor_is_content(self):
        self.active("the service to be up by the package alone")
        self.assertEqual(self.state("UnitFileState"), "enabled")
        self.assertRegex(self.state("StatusText"), r"^0/0 meters")
        found = [json.loads(line) for line in
                 self.box.run("metergate", "doctor", "--json").stdout.splitlines()]
        self.assertEqual([one for one in found if one["verdict"] == "fail"], [])

    def test_2_what_the_unit_denies_is_denied(self):
        self.active()
        self.assertEqual(self.process("NoNewPrivs"), "1")
        self.assertEqual(self.process("Seccomp"), "2")
        for kind in ("CapEff", "CapPrm", "CapBnd", "CapAmb"):
            self.assertEqual(int(self.process(kind), 16), 0, kind)
        user = self.box.run("id", "-u", "metergate").stdout.strip()
        self.assertEqual(set(self.process("Uid").split()), {user})
        inside = ["nsenter", "-t", self.state("MainPID"), "--mount", "--root", "--wdns=/", "setpriv",
                  "--reuid=metergate", "--regid=metergate", "--init-groups"]
        for path in ("/etc/metergate", "/usr", "/var/lib"):
            self.assertNotEqual(self.box.run(*inside, "touch", f"{path}/x", check=False).returncode, 0, path)
        self.box.run(*inside, "test", "-w", "/var/lib/metergate")
        self.assertEqual(self.box.run(*inside, "ls", "/root", check=False).stdout, "")
        self.assertRegex(self.box.run("cat", f"/proc/{self.state('MainPID')}/limits").stdout,
                         r"Max core file size\s+0\s+0")

    def test_3_a_killed_one_is_there_again(self):
        self.active()
        before, times = self.state("MainPID"), int(self.state("NRestarts"))
        self.box.run("systemctl", "kill", "--signal=KILL", "metergate")
        until("another process", lambda: self.state("MainPID") not in (before, "0"))
        self.active()
        self.assertEqual(int(self.state("NRestarts")), times + 1)

    def test_4_one_that_hangs_is_ended_by_the_watchdog(self):
        self.box.put("/run/systemd/system/metergate.service.d/short.conf", "[Service]\nWatchdogSec=2\n")
        self.box.run("systemctl", "daemon-reload")
        self.box.run("systemctl", "restart", "metergate")
        self.active()
        before = self.state("MainPID")
        # It is fed: longer than the limit nothing happens.
        began = float(self.box.run("cat", "/proc/uptime").stdout.split()[0])
        until("more than the watchdog's time to pass", lambda: float(
            self.box.run("cat", "/proc/uptime").stdout.split()[0]) > began + 3)
        self.assertEqual(self.state("MainPID"), before)
        self.box.run("kill", "-STOP", before)
        until("the one that hangs to be replaced", lambda: self.state("MainPID") not in (before, "0"))
        self.active()
        self.box.run("rm", "-r", "/run/systemd/system/metergate.service.d")
        self.box.run("systemctl", "daemon-reload")

    def test_5_a_mistake_is_refused_at_a_reload_and_not_tried_again_at_a_start(self):
        self.active()
        good = self.box.run("cat", CONFIG).stdout
        self.box.put(CONFIG, good.replace('site = "site-1"', "site = 7"))
        before = self.state("MainPID")
        self.box.run("systemctl", "reload", "metergate")
        until("the mistake to be told", lambda: "site is 7" in self.journal())
        self.assertEqual((self.state("ActiveState"), self.state("MainPID")), ("active", before))
        self.box.run("systemctl", "restart", "metergate", check=False)
        until("the service to have failed", lambda: self.state("ActiveState") == "failed")
        self.assertEqual(self.state("ExecMainStatus"), str(CONFIGURATION_ERROR))
        self.assertEqual(self.state("Result"), "exit-code")
        self.assertEqual(self.state("SubState"), "failed", "not waiting for another try")
        self.box.put(CONFIG, good)
        self.box.run("systemctl", "reset-failed", "metergate")
        self.box.run("systemctl", "start", "metergate")
        self.active()

    def test_6_a_street_is_watched_by_prometheus_and_by_a_browser(self):
        for unit in ("mosquitto", "prometheus"):
            self.box.run("rm", f"/etc/systemd/system/{unit}.service")
        scrape = self.box.run("cat", "/usr/share/metergate/examples/prometheus/scrape.yml").stdout
        self.box.put("/etc/prometheus/prometheus.yml", scrape.replace("15s", "1s"))
        self.box.put("/etc/metergate/conf.d/street.toml", STREET)
        self.box.put("/etc/mosquitto/conf.d/local.conf",
                     "listener 1883 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n")
        self.box.run("systemctl", "daemon-reload")
        self.box.run("systemctl", "start", "mosquitto", "prometheus")
        self.box.run("systemd-run", "--unit=street", "metergate", "sim", "run", "--dir", "/run/street",
                     "--lines", "0", "--tcp-meters", "2", "--tcp-port", "10502", "--mqtt-meters", "2")
        self.box.put("/root/password", "a password of anna\n")
        self.box.run("sh", "-c", "metergate console-user add anna --operator anna --may read "
                                 "< /root/password")
        self.box.run("systemctl", "restart", "metergate")
        until("all meters to be reachable", lambda: re.match(r"4/4 meters", self.state("StatusText")))
        self.assertEqual(self.box.run("metergate", "doctor").returncode, 0)
        self.box.enter_network()
        query = urllib.parse.quote('metergate_meters{state="online"}')
        found = until("Prometheus to have scraped it", lambda: [
            one for one in json.loads(self.get(f"http://127.0.0.1:9090/api/v1/query?query={query}"))
            ["data"]["result"] if float(one["value"][1]) == len(METERS)])
        self.assertEqual(found[0]["metric"]["job"], "metergate")
        rules = json.loads(self.get("http://127.0.0.1:9090/api/v1/rules"))["data"]["groups"]
        self.assertIn("metergate", [group["name"] for group in rules], "the shipped alerts are loaded")
        if DRIVER:
            self.seen_in_a_browser()

    def seen_in_a_browser(self):
        with tempfile.TemporaryDirectory(prefix="browser-") as folder:
            chromium = open_chromium(Path(folder))
            try:
                chromium.get("http://127.0.0.1:9465/")
                until("the login", lambda: chromium.find_elements("css selector", "input[type=password]"))
                chromium.find_element("css selector", "input:not([type=password])").send_keys("anna")
                chromium.find_element("css selector", "input[type=password]").send_keys(
                    "a password of anna\n")
                until("the meters", lambda: all(meter in chromium.find_element(
                    "css selector", "body").text for meter in METERS))
            finally:
                chromium.quit()

    def test_7_removed_it_leaves_the_data_and_purged_nothing(self):
        self.box.run("systemctl", "stop", "street", check=False)
        self.box.run("dpkg", "--remove", "metergate")
        self.assertEqual(self.box.run("systemctl", "is-active", "metergate", check=False).stdout.strip(),
                         "inactive")
        self.assertEqual(self.box.run("pgrep", "-x", "metergate", check=False).stdout, "")
        self.box.run("test", "-f", "/var/lib/metergate/ledger.db")
        self.box.run("dpkg", "--purge", "metergate")
        for path in ("/var/lib/metergate", "/etc/metergate", "/lib/systemd/system/metergate.service",
                     "/etc/systemd/system/multi-user.target.wants/metergate.service", "/run/metergate"):
            self.box.run("test", "!", "-e", path)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("A box of its own takes root's rights.")
        sys.exit(SKIPPED)
    in_a_mount_namespace_of_its_own()
    unittest.main()
