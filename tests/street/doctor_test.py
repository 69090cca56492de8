# SPDX-License-Identifier: Apache-2.0
"""`metergate doctor` on a box where all is well, and on ones where something is missing."""

import copy
import json
import os
import shutil
import subprocess
import unittest

from harness.broker import Broker, free_port
from harness.case import BINARY, StreetCase
from harness.certificates import Authority
from harness.gateway import Gateway

OK, ENDED_OTHERWISE, CONFIGURATION = 0, 1, 78
# Root would look with the rights of the service, who may not see what a test has made.
AS_I_AM = ("--as", "root") if os.geteuid() == 0 else ()


class DoctorTest(StreetCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 1}

    def box(self, name, change):
        """The configuration of the running gateway with something else about it."""
        config = copy.deepcopy(self.gateway.config)
        change(config)
        return Gateway(BINARY, self.folder, config, name)

    def doctor(self, gateway=None, *more):
        """Exit code, and what was found, by subject."""
        ran = (gateway or self.gateway).run("doctor", "--json", *AS_I_AM, *more)
        found = {}
        for line in ran.stdout.splitlines():
            one = json.loads(line)
            found.setdefault(one["subject"], []).append(one)
        return ran.returncode, found

    def verdicts(self, found, subject):
        return [one["verdict"] for one in found[subject]]

    def test_where_all_is_well_nothing_fails(self):
        code, found = self.doctor(None, "--deep")
        self.assertEqual(code, OK, found)
        self.assertEqual(set(found), {"configuration", "line line-a", "line tcp", "broker north",
                                      "broker meters", "disk", "store", "clock", "gateway"})
        self.assertIn("3 of 3 meters reachable", found["gateway"][0]["text"])
        for subject in ("configuration", "line tcp", "broker north", "store", "gateway"):
            self.assertEqual(self.verdicts(found, subject), ["ok"], found[subject])
        for line in [one for findings in found.values() for one in findings]:
            self.assertEqual("advice" in line, line["verdict"] != "ok", line)

    def test_for_people_each_line_says_what_to_do(self):
        box = self.box("gone", lambda config: config["line"][0].update(device="/dev/ttyUSB77"))
        ran = box.run("doctor", *AS_I_AM)
        self.assertEqual(ran.returncode, ENDED_OTHERWISE)
        self.assertRegex(ran.stdout, r"(?m)^fail +line line-a +/dev/ttyUSB77 is not there$")
        self.assertRegex(ran.stdout, r"(?m)^ +-> Plug the adapter in")
        self.assertRegex(ran.stdout, r"(?m)^ok +line tcp +127")

    def test_a_mistake_in_the_configuration_is_its_own_exit_code(self):
        box = self.box("wrong", lambda config: config["line"][0].update(baud=1))
        code, found = self.doctor(box)
        self.assertEqual(code, CONFIGURATION)
        self.assertIn("baud", found["configuration"][0]["text"])

    def test_a_broker_nobody_serves_fails(self):
        def change(config):
            config["north"]["broker"]["port"] = free_port()
        code, found = self.doctor(self.box("alone", change))
        self.assertEqual((code, self.verdicts(found, "broker north")), (ENDED_OTHERWISE, ["fail"]))
        self.assertEqual(self.verdicts(found, "broker meters"), ["ok"])

    def test_a_gateway_that_does_not_run_is_a_warning(self):
        box = self.box("stopped", lambda config: config["control"].update(
            socket=str(self.folder / "nobody.sock")))
        code, found = self.doctor(box)
        self.assertEqual((code, self.verdicts(found, "gateway")), (OK, ["warn"]))

    def test_a_ledger_of_a_later_release_fails_and_stays_as_it_is(self):
        folder = self.folder / "later"
        folder.mkdir()
        file = folder / "ledger.db"
        made = self.gateway.run("store", "backup", folder / "copy")
        self.assertEqual(made.returncode, OK, made.stderr)
        shutil.copy(next((folder / "copy").iterdir()), file)
        subprocess.run(["/usr/bin/python3", "-c", "import sqlite3, sys\n"
                        "db = sqlite3.connect(sys.argv[1])\n"
                        "db.execute('PRAGMA user_version = 99')\ndb.commit()", file], check=True)
        before = file.read_bytes()
        box = self.box("newer", lambda config: config["storage"].update(file=str(file)))
        code, found = self.doctor(box)
        self.assertEqual((code, self.verdicts(found, "store")), (ENDED_OTHERWISE, ["fail"]))
        self.assertIn("schema is 99", found["store"][0]["text"])
        box.start(ready=False)
        self.addCleanup(box.put_away)
        self.assertEqual(box.wait(10), CONFIGURATION, "systemd does not try again")
        self.assertIn("schema is 99", box.text())
        self.assertEqual(file.read_bytes(), before)

    @unittest.skipUnless(os.geteuid() == 0, "becomes another user")
    def test_root_looks_with_the_rights_of_the_service(self):
        ran = self.gateway.run("doctor", "--json", "--as", "nobody")
        found = [json.loads(line) for line in ran.stdout.splitlines()]
        # The folder of this test is root's alone.
        self.assertEqual(ran.returncode, CONFIGURATION, ran.stderr)
        self.assertIn("Permission denied", found[0]["text"])


class DoctorTlsTest(StreetCase):
    street_shape = {"line": 0, "tcp": 1, "mqtt": 0}
    starts_gateway = False

    @classmethod
    def open_street(cls):
        super().open_street()
        folder = cls.folder / "tls"
        folder.mkdir()
        cls.ours, cls.theirs = Authority(folder, "ours"), Authority(folder, "theirs")
        certificate, key = cls.ours.issue("broker", "DNS:localhost")
        cls.gateway_identity = cls.ours.issue("gateway")
        cls.stranger_identity = cls.theirs.issue("stranger")
        cls.secure = cls.part(Broker(cls.folder, (
            f"cafile {cls.ours.certificate}", f"certfile {certificate}", f"keyfile {key}",
            "require_certificate true"), name="secure")).start()

    def findings(self, name, authority, identity, host="localhost"):
        config = copy.deepcopy(self.gateway.config)
        config["north"]["broker"].update(host=host, port=self.secure.port, tls={
            "ca_file": str(authority.certificate), "certificate_file": str(identity[0]),
            "key_file": str(identity[1])})
        ran = Gateway(BINARY, self.folder, config, name).run("doctor", "--json", *AS_I_AM)
        return [one for one in map(json.loads, ran.stdout.splitlines())
                if one["subject"] == "broker north"]

    def test_a_broker_that_is_trusted_and_trusts_us(self):
        found = self.findings("good", self.ours, self.gateway_identity)
        text = " ".join(one["text"] for one in found)
        self.assertNotIn("fail", [one["verdict"] for one in found], text)
        self.assertIn("TLSv1.3 agreed, name and chain hold", text)

    def test_certificates_that_end_soon_are_told_of_on_both_sides(self):
        found = self.findings("soon", self.ours, self.gateway_identity)
        warned = [one["text"] for one in found if one["verdict"] == "warn"]
        self.assertEqual(len(warned), 2, found)
        self.assertRegex(warned[0], r"our certificate \(CN=gateway\) ends in 1 days")
        self.assertRegex(warned[1], r"the broker's certificate \(CN=broker\) ends in 1 days")

    def test_a_broker_of_another_authority_is_not_trusted(self):
        found = self.findings("false", self.theirs, self.gateway_identity)
        self.assertRegex(found[-1]["text"], "TLS fails: its certificate is not trusted")
        self.assertEqual(found[-1]["verdict"], "fail")

    def test_a_broker_of_another_name_is_not_trusted(self):
        found = self.findings("named", self.ours, self.gateway_identity, host="127.0.0.1")
        self.assertRegex(found[-1]["text"], "TLS fails: .*IP address mismatch")

    def test_a_broker_that_does_not_trust_us_is_found_out(self):
        found = self.findings("stranger", self.ours, self.stranger_identity)
        self.assertEqual(found[-1]["verdict"], "fail", found)
        self.assertIn("TLS fails", found[-1]["text"])

    def test_a_key_of_another_certificate_is_named(self):
        found = self.findings("mixed", self.ours,
                              (self.gateway_identity[0], self.stranger_identity[1]))
        self.assertIn("not the one of our certificate", found[-1]["text"])


if __name__ == "__main__":
    unittest.main()
