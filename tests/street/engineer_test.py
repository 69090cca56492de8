# SPDX-License-Identifier: Apache-2.0
"""What an engineer does at the box: every subcommand beside a gateway that runs, and without it."""

import csv
import io
import json
import os
import pty
import shutil
import signal
import subprocess
import time
import unittest

from harness.case import BINARY, StreetCase
from harness.checker import DAY
from harness.running import Running, until
from harness.street import seconds
from harness.utility import utc

OK, ENDED_OTHERWISE, USAGE, REFUSED, UNCONFIRMED = 0, 1, 2, 3, 4
UNAVAILABLE, IO_ERROR, CONFIGURATION = 69, 74, 78


class EngineerTest(StreetCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 2, "hdlc": 1, "dlms": 1, "history_days": 3,
                    "options": ("--wire-speed", 20)}

    @classmethod
    def configure(cls, config):
        config["schedule"][0].update(back_fill_days=2, registers_s=2)

    def setUp(self):
        if not self.gateway.alive:
            self.gateway.start()
            self.gateway.wait_for_sessions(self.street.meters)
            self.utility.wait_for_gateway()

    def told(self, *arguments, code=OK, **more):
        """What a subcommand prints; it must not be for a terminal, since this is a pipe."""
        ran = self.gateway.run(*arguments, **more)
        self.assertEqual(ran.returncode, code, f"{arguments}\n{ran.stdout}\n{ran.stderr}")
        self.assertNotIn("\x1b", ran.stdout + ran.stderr, "colours in a pipe")
        self.assertNotIn("\r", (ran.stdout + ran.stderr).replace("\r\n", ""), "progress in a pipe")
        return ran.stderr if code not in (OK, ENDED_OTHERWISE, REFUSED, UNCONFIRMED) else ran.stdout

    # ---- meters, show, status, probe ------------------------------------------------------------

    def test_meters_and_show_tell_how_they_stand(self):
        order = self.deliver("tcp-001")
        self.checker.settled(order, "succeeded")
        table = self.told("meters")
        for meter in self.street.meters:
            self.assertRegex(table, rf"(?m)^{meter} .*{self.street.serial(meter)} .*online")
        rows = {row["meter"]: row for row in self.gateway.json_lines("meters")}
        self.assertEqual(set(rows), set(self.street.meters))
        self.assertTrue(all(row["is_live"] for row in rows.values()))
        self.assertEqual(self.told("meters", "--state", "silent").count("\n"), 1)
        shown = json.loads(self.told("show", "tcp-001", "--json"))
        self.assertEqual((shown["serial"], shown["state"]),
                         (self.street.serial("tcp-001"), "online"))
        self.assertIn((order, "succeeded"), [(c["id"], c["state"]) for c in shown["commands"]])
        self.assertRegex(self.told("show", "tcp-001"), rf"{order} +deliver-token +succeeded")
        self.told("show", "nobody", code=USAGE)
        self.assertRegex(self.told("status"), r"meters_reachable +6")

    def test_a_probe_ends_the_pause_of_a_silent_meter(self):
        self.street.do("silence", "tcp-001")
        self.gateway.wait_for_sessions(["tcp-001"], "silent")
        self.assertRegex(self.told("meters", "--state", "silent"), "tcp-001")
        self.street.do("unsilence", "tcp-001")
        self.told("probe", "tcp-001")
        self.gateway.wait_for_sessions(["tcp-001"])
        self.assertIn("nobody", self.gateway.run("probe", "nobody").stderr)

    # ---- send -----------------------------------------------------------------------------------

    def sent(self, *arguments, code=OK, **more):
        lines = [json.loads(line) for line in
                 self.told("send", *arguments, "--json", code=code, **more).splitlines()]
        return [line["state"] for line in lines], lines[-1]

    def test_send_shows_each_step_and_ends_with_the_outcome(self):
        why = ("--work-order", "W-9")
        for via in ("socket", "mqtt"):
            for meter in ("a-001", "mqtt-001"):
                with self.subTest(via=via, meter=meter):
                    states, last = self.sent("deliver-token", meter, "-", *why, "--via", via,
                                             stdin=self.mint.utrn(321) + "\n")
                    self.assertEqual(states, ["accepted", "scheduled", "sending", "succeeded"])
                    self.assertEqual(last["result"], {"value": 321, "unit": "minor"})
            states, last = self.sent("read", "tcp-001", "relay", "clock", "--via", via)
            self.assertEqual((states[-1], "relay" in last["result"]), ("succeeded", True))
            self.sent("set-relay", "mqtt-001", "armed", *why, "--via", via)
            self.sent("set-clock", "mqtt-001", *why, "--via", via)
            self.sent("synchronise", "mqtt-001", "--via", via)
            states, last = self.sent("deliver-token", "a-001", self.mint.refused(1), *why, "--via",
                                     via, code=ENDED_OTHERWISE)
            self.assertEqual((states[-1], last["meter_reason"]), ("rejected", "duplicate"))
            self.sent("read", "nobody", "relay", "--via", via, code=REFUSED)
            self.sent("set-relay", "tcp-001", "on", *why, "--via", via, code=REFUSED)

    def test_send_for_people(self):
        text = self.told("send", "deliver-token", "tcp-001", "-", "--comment", "keypad broken",
                         stdin=self.mint.sts())
        for word in ("accepted", "sending", "succeeded"):
            self.assertIn(word, text)
        row = self.gateway.rows("SELECT operator, origin FROM command ORDER BY key DESC LIMIT 1")[0]
        # Not what was claimed: what the kernel says of the socket's other end.
        self.assertIn(subprocess.run(["id", "-un"], capture_output=True, text=True,
                                     check=True).stdout.strip(), tuple(row))

    def test_send_that_need_not_or_will_not_wait(self):
        self.street.do("silence", "tcp-001")
        self.gateway.wait_for_sessions(["tcp-001"], "silent")
        why = ("--work-order", "W-9", "--id", "patient-1")
        states, _ = self.sent("deliver-token", "tcp-001", "-", *why, "--no-wait",
                              stdin=self.mint.utrn())
        self.assertEqual(states[0], "accepted")
        states, _ = self.sent("deliver-token", "tcp-001", "-", "--comment", "c", "--wait", "1s",
                              "--expires-in", "5m", code=UNCONFIRMED, stdin=self.mint.utrn())
        self.assertEqual(states[0], "accepted")
        self.sent("cancel", "tcp-001", "patient-1", "--comment", "not needed")
        self.assertEqual(self.gateway.command("patient-1")["state"], "cancelled")
        states, _ = self.sent("deliver-token", "tcp-001", "-", "--comment", "c", "--expires-in",
                              "1s", code=ENDED_OTHERWISE, stdin=self.mint.utrn())
        self.assertEqual(states[-1], "expired")
        self.street.do("unsilence", "tcp-001")
        self.gateway.wait_for_sessions(["tcp-001"])

    def test_send_that_makes_no_sense_is_not_sent(self):
        before = len(self.gateway.rows("SELECT key FROM command"))
        for arguments in (("fly", "tcp-001"), ("set-relay", "tcp-001", "off"),
                          ("set-relay", "tcp-001", "ajar", "--comment", "c"),
                          ("deliver-token", "tcp-001", "1234", "--comment", "c"),
                          ("read", "tcp-001", "soul"),
                          ("read", "tcp-001", "relay", "--priority", "now"),
                          ("read", "tcp-001", "relay", "--wait", "long")):
            self.told("send", *arguments, code=USAGE)
        self.assertEqual(len(self.gateway.rows("SELECT key FROM command")), before)

    # ---- readings and export --------------------------------------------------------------------

    def test_readings_are_what_the_meter_captured(self):
        for meter in ("tcp-001", "mqtt-002"):
            since = seconds(utc()) // DAY * DAY - DAY
            self.checker.profile_complete(meter, since)
            self.checker.daily_complete(meter, since)
            truth = {place: value for place, (value, _) in
                     self.checker.true_profile(meter, since).items()}
            where = (meter, "--from", utc(since - time.time()))
            rows = json.loads(self.told("readings", *where, "--format", "json"))
            self.assertEqual({(seconds(r["start"]), r["obis"]): r["value"] for r in rows}, truth)
            text = self.told("readings", *where, "--format", "csv")
            rows = list(csv.DictReader(io.StringIO(text, newline="")))
            self.assertEqual({(seconds(r["start"]), r["obis"]): int(r["value"]) for r in rows},
                             truth)
            table = self.told("readings", *where)
            self.assertEqual(len(table.splitlines()) - 1, len(truth) // 2)
            drawn = self.told("readings", *where, "--format", "draw")
            yesterday = [value for (start, obis), value in truth.items()
                         if start < since + DAY and obis.startswith("1-0:1.")]
            self.assertEqual(len(yesterday), 48)
            self.assertIn(f"sum {sum(yesterday)} Wh  48 intervals", drawn)
            self.assertEqual(drawn.count("┼"), 2)
            daily = json.loads(self.told("readings", *where, "--to", "now", "--what", "daily",
                                         "--format", "json"))
            stored = self.checker.stored_daily(meter)
            self.assertEqual({(seconds(r["day"]) // DAY, r["obis"]): r["value"] for r in daily},
                             {place: v for place, v in stored.items() if place[0] * DAY >= since})
            self.assertIn("1-0:32.7.0", self.told("readings", meter, "--what", "registers"))

    def test_export_writes_whole_files_and_replaces_none_unasked(self):
        folder = self.folder / "export"
        folder.mkdir()
        meter = "tcp-001"
        self.checker.profile_complete(meter, time.time() - DAY)
        self.checker.logs_complete(meter)
        arguments = ("export", "--dir", folder, "--meter", meter, "--from", "3d")
        self.told(*arguments)
        self.assertEqual({file.name for file in folder.iterdir()},
                         {"registers.csv", "daily.csv", "profile.csv", "logs.csv"})
        with open(folder / "profile.csv", newline="", encoding="utf-8") as file:
            rows = {(seconds(r["start"]), r["obis"]): int(r["value"]) for r in csv.DictReader(file)}
        stored = {place: value for place, (value, _) in
                  self.checker.stored_profile(meter).items()}
        self.assertEqual(rows, stored)
        before = (folder / "logs.csv").read_bytes()
        self.assertIn(str(folder), self.told(*arguments, code=IO_ERROR))
        self.assertEqual((folder / "logs.csv").read_bytes(), before)
        self.told(*arguments, "--force", "--format", "json", "--what", "logs")
        with open(folder / "logs.json", encoding="utf-8") as file:
            entries = [json.loads(line) for line in file]
        self.assertEqual({(e["log"], e["sequence"]) for e in entries},
                         set(self.checker.stored_logs(meter)))

    # ---- tail -----------------------------------------------------------------------------------

    def test_tail_follows(self):
        following = Running("tail", self.folder)
        self.addCleanup(following.put_away)
        following.launch([BINARY, "tail", "--follow", "--json", "--level", "debug", "--meter",
                          "mqtt-001", "--config", self.gateway.file])
        until("it to look", lambda: following.text() or following.must_live())
        order = self.deliver("mqtt-001")
        self.deliver("mqtt-002")
        self.checker.settled(order, "succeeded")

        def events():
            lines = [json.loads(line) for line in following.text().splitlines()]
            self.assertLessEqual({line["fields"].get("meter") for line in lines}, {"mqtt-001"})
            return [line["id"] for line in lines if line["fields"].get("command") == order]

        until("all of the order's lines", lambda: "MG0404" in events())
        self.assertEqual(events(), ["MG0401", "MG0402", "MG0403", "MG0404"])
        following.signal(signal.SIGINT)
        self.assertIn(following.wait(), (OK, 130, -signal.SIGINT))

    def test_tail_chooses(self):
        self.checker.settled(self.deliver("mqtt-001", self.mint.refused(2)), "rejected")
        self.checker.logs_complete("mqtt-001")
        text = self.told("tail", "--level", "warning", "--since", "1h", "--meter", "mqtt-001")
        self.assertIn("MG0405", text)
        self.assertNotRegex(text, " (info|debug) ")
        text = self.told("tail", "--log", "token", "--since", "1h", "--meter", "mqtt-001")
        self.assertTrue(all("MG0801" in line and "token log" in line
                            for line in text.splitlines()) and text, text)
        self.assertEqual(len(self.told("tail", "-n", "3").splitlines()), 3)
        self.told("tail", "--log", "diary", code=USAGE)
        self.told("tail", "--since", "yesterday", code=USAGE)

    # ---- without the gateway, and on a terminal -------------------------------------------------

    def test_what_works_without_the_gateway(self):
        self.checker.settled(self.deliver("tcp-001"), "succeeded")
        self.gateway.stop()
        self.assertIn("tcp-001", self.told("meters"))
        self.assertIn("deliver-token", self.told("show", "tcp-001"))
        self.assertIn("MG0003", self.told("tail"))
        self.assertIn("tcp-001", self.told("readings", "tcp-001", "--from", "3h", "--format",
                                           "csv"))
        for arguments in (("status",), ("probe", "tcp-001"), ("send", "read", "tcp-001", "relay")):
            self.told(*arguments, code=UNAVAILABLE)
        self.broker.kill()
        self.addCleanup(self.broker.start)
        self.told("send", "read", "tcp-001", "relay", "--via", "mqtt", code=UNAVAILABLE)

    def dissected(self, capture, protocol):
        """What tshark makes of it; nothing where there is none."""
        if not shutil.which("tshark"):
            return None
        packets = subprocess.run(
            ["tshark", "-r", capture, "-o", "tcp.check_checksum:TRUE", "-o",
             "ip.check_checksum:TRUE", "-T", "fields", "-e", "frame.protocols", "-e",
             "tcp.checksum.status", "-e", "ip.checksum.status", "-e", "frame.comment"],
            check=True, capture_output=True, text=True).stdout
        self.assertIn(f"raw:ip:tcp:{protocol}", packets)
        return packets

    def test_a_trace_shows_what_passes_and_no_token(self):
        token = self.mint.utrn()
        capture = self.folder / "trace.pcapng"
        trace = subprocess.Popen([BINARY, "trace", "tcp-001", "--for", "4s", "--json", "--pcap",
                                  capture, "--config", self.gateway.file],
                                 stdout=subprocess.PIPE, text=True)
        first = json.loads(trace.stdout.readline())
        self.assertEqual((first["meter"], first["link"], first["protocol"]),
                         ("tcp-001", "tcp", "modbus"))
        self.assertRegex(first["request"], r"^03( [0-9a-f]{2}){4}$")
        self.assertRegex(first["answer"], r"^03( [0-9a-f]{2})+$")
        self.checker.settled(self.deliver("tcp-001", token), "succeeded")
        self.street.do("silence", "tcp-001")
        self.addCleanup(self.street.do, "unsilence", "tcp-001")
        rest, _ = trace.communicate(timeout=30)
        told = [json.loads(line) for line in rest.splitlines()]
        self.assertEqual(trace.returncode, OK, "it ends by itself")
        self.assertTrue([one for one in told if "hidden_octets" in one], "the token's request")
        self.assertIn("no-answer", [one.get("fault") for one in told])
        shown = "".join(bytes.fromhex(one.get("request", "") + one.get("answer", "")).decode(
            "latin-1") for one in told)
        self.assertNotIn(token, shown)
        self.assertNotIn(token.encode(), capture.read_bytes())
        self.told("trace", "tcp-001", "--for", "1s", "--pcap", capture, code=IO_ERROR)
        answered = len([one for one in [first] + told if "answer" in one])
        packets = self.dissected(capture, "mbtcp:modbus")
        if packets is not None:
            self.assertGreaterEqual(packets.count("\t1\t1\t"), answered, packets)
            self.assertIn("that are not shown", packets)
        self.street.do("unsilence", "tcp-001")
        self.gateway.wait_for_sessions(["tcp-001"])
        for meter, words, protocol in (("a-001", "registers from", "mbtcp:modbus"),
                                       ("mqtt-001", '{"', "mqtt")):
            capture = self.folder / f"{meter}.pcapng"
            self.assertIn(words, self.told("trace", meter, "--for", "3s", "--pcap", capture))
            self.dissected(capture, protocol)
        self.told("trace", "nobody", code=REFUSED)
        self.told("trace", "a-001", "--for", "3d", code=USAGE)

    def test_a_scan_finds_who_answers_on_a_line(self):
        self.told("scan", "line-a", code=UNAVAILABLE)  # the gateway holds it
        self.gateway.stop()
        found = json.loads(self.told("scan", "line-a", "--from", "1", "--to", "4", "--json"))
        self.assertEqual(found, {
            "line": "line-a", "address": 1, "meter": "a-001", "fit": "identified",
            "serial": self.street.serial("a-001"), "firmware": found["firmware"],
            "models": ["virtual-prepayment-modbus"]})
        behind_tcp = self.told("scan", "tcp", "--to", "9").splitlines()
        self.assertEqual(len(behind_tcp), 2, "a title and one meter")
        self.assertIn("virtual-prepayment-modbus", behind_tcp[1])
        self.assertEqual(self.told("scan", "line-a", "--from", "2", "--to", "3",
                                   code=ENDED_OTHERWISE), "")
        for wrong in (("no-such-line",), ("line-a", "--to", "300"),
                      ("line-a", "--from", "9", "--to", "2")):
            self.told("scan", *wrong, code=USAGE)

    def test_a_scan_finds_who_answers_on_dlms_lines(self):
        self.told("scan", "hdlc", code=UNAVAILABLE)  # the gateway holds it
        self.gateway.stop()
        for line, meter, address, other in (("hdlc", "hdlc-001", 17, 18), ("dlms", "dlms-001", 1, 2)):
            with self.subTest(line):
                found = json.loads(self.told("scan", line, "--to", other, "--json"))
                self.assertIn("virtual-prepayment-dlms", found.pop("models"))
                self.assertEqual(found, {
                    "line": line, "address": address, "meter": meter, "fit": "identified",
                    "serial": self.street.serial(meter), "firmware": "1.0.0"})
        self.assertEqual(self.told("scan", "hdlc", "--from", "30", "--to", "31",
                                   code=ENDED_OTHERWISE), "")
        self.assertIn("addresses up to 16381",
                      self.told("scan", "hdlc", "--to", "17000", code=USAGE))

    def test_what_there_is_no_ledger_or_no_sense_for(self):
        self.told("tail", "--store", self.folder / "nothing.db", code=IO_ERROR)
        nonsense = self.folder / "nonsense.db"
        nonsense.write_bytes(b"not a ledger at all" * 1000)
        self.told("meters", "--store", nonsense, code=IO_ERROR)
        broken = self.folder / "broken.toml"
        broken.write_text("site = 5\n")
        self.assertEqual(self.gateway.run("meters", "--config", broken,
                                          config=False).returncode, CONFIGURATION)
        self.assertEqual(self.gateway.run("frobnicate", config=False).returncode, USAGE)
        explained = self.gateway.run("events", "MG0203", config=False)
        self.assertIn("wiring", explained.stdout)

    def on_a_terminal(self, *arguments, **environment):
        """What a person sees."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(
                [str(a) for a in (BINARY, *arguments, "--config", self.gateway.file)],
                stdin=theirs, stdout=theirs, stderr=theirs,
                env={**os.environ, "TERM": "xterm", **environment}) as process:
            os.close(theirs)
            seen = b""
            try:
                while part := os.read(ours, 65536):
                    seen += part
            except OSError:
                pass  # the other end is closed
            self.assertEqual(process.wait(20), OK)
        os.close(ours)
        return seen.decode()

    def test_a_terminal_gets_colours_unless_it_does_not_want_them(self):
        self.assertIn("\x1b[", self.on_a_terminal("meters"))
        self.assertNotIn("\x1b[", self.on_a_terminal("meters", NO_COLOR="1"))


if __name__ == "__main__":
    unittest.main()
