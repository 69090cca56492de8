# SPDX-License-Identifier: Apache-2.0
"""The page of figures: what it says is what happened, and a real Prometheus takes it."""

import json
import re
import shutil
import socket
import subprocess
import unittest
import urllib.parse
import urllib.request
from pathlib import Path

from harness.broker import free_port
from harness.case import StreetCase
from harness.running import Running, until

PACKAGING = Path(__file__).resolve().parents[2] / "packaging" / "prometheus"


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


class MetricsTest(StreetCase):
    street_shape = {"line": 2, "tcp": 1, "mqtt": 1}

    @classmethod
    def configure(cls, config):
        cls.port = free_port()
        config["metrics"] = {"port": cls.port}

    def page(self):
        return fetch(f"http://127.0.0.1:{self.port}/metrics")

    def figure(self, name):
        """The value of `name{label="..."}` as it stands there, or nothing."""
        found = re.search(rf"^{re.escape(name)} (\S+)$", self.page(), re.MULTILINE)
        return float(found[1]) if found else None

    def test_it_tells_what_the_gateway_did(self):
        sent = 'metergate_commands_total{outcome="succeeded",verb="deliver-token"}'
        before = self.figure(sent) or 0
        order = self.deliver("a-001")
        self.checker.settled(order, "succeeded")
        until("the command to be counted", lambda: self.figure(sent) == before + 1)
        self.assertGreater(self.figure('metergate_requests_total{link="line-a",outcome="answered"}'),
                           0)
        self.assertGreater(self.figure('metergate_link_busy_seconds_total{link="line-a"}'), 0)
        self.assertGreater(self.figure("metergate_store_bytes"), 4096)

    def test_meters_stand_under_the_state_they_are_in(self):
        until("all to be online",
              lambda: self.figure('metergate_meters{state="online"}') == len(self.street.meters))
        self.street.do("silence", "a-002")
        self.addCleanup(self.gateway.wait_for_sessions, ["a-002"])
        self.addCleanup(self.street.do, "unsilence", "a-002")
        until("one to be silent", lambda: self.figure('metergate_meters{state="silent"}') == 1)
        self.assertGreater(
            self.figure('metergate_requests_total{link="line-a",outcome="no-answer"}'), 0)

    def test_a_broker_that_is_gone_shows(self):
        until("connected", lambda: self.figure("metergate_north_connected") == 1)
        self.broker.kill()
        until("away", lambda: self.figure("metergate_north_connected") == 0)
        self.broker.start()
        until("connected again", lambda: self.figure("metergate_north_connected") == 1)

    def test_it_names_no_meter_and_no_token(self):
        self.checker.settled(self.deliver("a-001"), "succeeded")
        page = self.page()
        for meter in self.street.meters:
            self.assertNotIn(meter, page)
        self.assertNotRegex(page, r"\d{20}")

    def test_only_this_box_is_served(self):
        own = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
               if line.split()[3] == "0A" and line.split()[1].endswith(f":{self.port:04X}")]
        self.assertEqual(own, [f"0100007F:{self.port:04X}"])
        everywhere = Path("/proc/net/tcp6").read_text()
        self.assertNotIn(f":{self.port:04X} ", everywhere)

    def test_a_port_that_is_taken_costs_the_page_and_nothing_else(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            self.gateway.config["metrics"]["port"] = other.getsockname()[1]
            self.addCleanup(self.back, self.port)
            self.gateway.stop()
            self.gateway.forget_journal()
            self.gateway.start()
            until("MG0007", lambda: self.gateway.journal("MG0007"))
            self.gateway.wait_for_sessions(self.street.meters)

    def back(self, port):
        self.gateway.config["metrics"]["port"] = port
        self.gateway.stop()
        self.gateway.start()
        self.gateway.wait_for_sessions(self.street.meters)

    @unittest.skipUnless(shutil.which("promtool"), "needs Debian's prometheus")
    def test_the_page_is_as_prometheus_wants_it(self):
        checked = subprocess.run(["promtool", "check", "metrics"], input=self.page(), text=True,
                                 capture_output=True, check=False)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))

    @unittest.skipUnless(shutil.which("prometheus"), "needs Debian's prometheus")
    def test_a_real_prometheus_scrapes_it_with_the_shipped_files(self):
        # What never happened has no figure yet.
        self.checker.settled(self.deliver("tcp-001"), "succeeded")
        rules = PACKAGING / "metergate.rules.yml"
        config = (PACKAGING / "scrape.yml").read_text()
        config = config.replace("127.0.0.1:9464", f"127.0.0.1:{self.port}")
        config = config.replace("/usr/share/metergate/examples/prometheus/metergate.rules.yml",
                                str(rules)).replace("15s", "1s")
        file = self.folder / "prometheus.yml"
        file.write_text("global: { evaluation_interval: 1s }\n" + config)
        port = free_port()
        prometheus = Running("prometheus", self.folder)
        self.addCleanup(prometheus.put_away)
        prometheus.launch(["prometheus", f"--config.file={file}",
                           f"--storage.tsdb.path={self.folder / 'tsdb'}",
                           f"--web.listen-address=127.0.0.1:{port}"])

        def ask(query):
            if not prometheus.must_live():
                return None
            try:
                told = json.loads(fetch(f"http://127.0.0.1:{port}/api/v1/query?query="
                                        + urllib.parse.quote(query)))
            except OSError:
                return None
            return [float(one["value"][1]) for one in told["data"]["result"]]

        until("the box to be up", lambda: ask('up{job="metergate"}') == [1])
        until("its meters", lambda: ask('sum(metergate_meters{state="online"})')
              == [len(self.street.meters)])
        until("the rule for busy lines", lambda: ask("metergate:link_busy:ratio5m"))
        # Everything a rule or a panel asks for exists: a name that was misspelt shows nothing, ever.
        page = self.page()
        asked = set(re.findall(r"\bmetergate_[a-z_]+", rules.read_text()
                               + (PACKAGING / "grafana-metergate.json").read_text()))
        told = set(re.findall(r"^# TYPE (\S+)", page, re.MULTILINE))
        histograms = {f"{name}_bucket" for name in told}
        self.assertEqual(asked - told - histograms, set())


if __name__ == "__main__":
    unittest.main()
