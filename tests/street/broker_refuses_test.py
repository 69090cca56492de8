# SPDX-License-Identifier: Apache-2.0
"""A broker that lets nobody in without a password or a certificate, and gateways that have none."""

import json
import subprocess
import unittest

from harness.broker import Broker, free_port
from harness.case import BINARY, MODELS, StreetCase
from harness.certificates import Authority
from harness.gateway import Gateway, configuration_of
from harness.running import until
from harness.street import Street
from harness.utility import ROOT, Utility


class RefusingCase(StreetCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 0}

    def the_refusal(self):
        until("the refusal in the journal",
              lambda: self.gateway.must_live() and self.gateway.journal("MG0603"), 10)
        return self.gateway.journal("MG0603")[-1]["text"]

    def the_meters_are_served(self):
        """Without the broker: the order's outcome waits for it."""
        told = self.gateway.run("send", "deliver-token", "tcp-001", "-", "--work-order", "W-1",
                                "--json", stdin=self.mint.utrn() + "\n")
        self.assertEqual(told.returncode, 0, told.stderr)
        return json.loads(told.stdout.splitlines()[0])["command"]

    def it_is_let_in(self):
        until("the connection", lambda: self.gateway.journal("MG0601"))


class PasswordTest(RefusingCase):
    @classmethod
    def open_street(cls):
        passwords = cls.folder / "passwords"
        for name, word in (("box", "the right one"), ("utility", "another")):
            subprocess.run(["mosquitto_passwd", *([] if passwords.exists() else ["-c"]), "-b",
                            passwords, name, word], check=True, capture_output=True)
        cls.broker = cls.part(Broker(cls.folder, ("allow_anonymous false",
                                                  f"password_file {passwords}"))).start()
        cls.street = cls.part(Street(BINARY, MODELS, cls.folder, cls.broker.port,
                                     **cls.street_shape)).start()
        cls.password = cls.folder / "north.password"
        cls.password.write_text("the wrong one\n")
        cls.password.chmod(0o600)
        config = configuration_of(cls.street, cls.broker.port, cls.folder)
        config["north"]["broker"].update(username="box", password_file=str(cls.password))
        cls.gateway = cls.part(Gateway(BINARY, cls.folder, config))
        cls.utility = cls.part(Utility(cls.broker.port, username="utility",
                                       password="another")).start()

    def start_with(self, password):
        if self.gateway.alive:
            self.gateway.stop()
            self.gateway.forget_journal()
        self.password.write_text(password + "\n")
        self.gateway.start()

    def test_the_right_password_cures_it_without_a_restart(self):
        self.start_with("the wrong one")
        self.gateway.wait_for_sessions(self.street.meters)
        order = self.the_meters_are_served()
        self.assertEqual(self.gateway.journal("MG0601"), [])
        self.password.write_text("the right one\n")
        self.it_is_let_in()
        self.checker.settled(order, "succeeded")
        self.assertNotIn("the wrong one", self.gateway.text())

    def test_a_wrong_password_is_called_so_once_and_raises_an_alarm(self):
        self.start_with("the wrong one")
        self.assertRegex(self.the_refusal(), "(?i)not authori[sz]ed|user name or password")
        # One line, not one per attempt.
        self.assertEqual(len(self.gateway.journal("MG0603")), 1)
        self.password.write_text("the right one\n")
        self.it_is_let_in()
        alarm = self.utility.wait_for("the alarm of before",
                                      lambda h: h.topic == f"{ROOT}/alarm"
                                      and h.body["event"] == "MG0603")
        self.assertEqual(alarm.body["level"], "error")

    def test_a_password_file_that_others_can_read_keeps_it_from_starting(self):
        self.gateway.stop()
        self.password.chmod(0o644)
        self.addCleanup(self.password.chmod, 0o600)
        self.gateway.start(ready=False)
        self.assertEqual(self.gateway.wait(), 78)
        self.assertIn("password_file", self.gateway.tail(3))


class TlsTest(RefusingCase):
    @classmethod
    def open_street(cls):
        cls.authority = Authority(cls.folder, "authority")
        certificate, key = cls.authority.issue("broker")
        cls.tls_port = free_port()
        cls.broker_lines = (f"listener {cls.tls_port} 127.0.0.1",
                            f"cafile {cls.authority.certificate}", f"certfile {certificate}",
                            f"keyfile {key}", "require_certificate true")
        cls.starts_gateway = False
        super().open_street()
        cls.good = cls.authority.issue("box")
        cls.stranger = Authority(cls.folder, "stranger")
        cls.forged = cls.stranger.issue("forged")

    def setUp(self):
        if self.gateway.alive:
            self.gateway.stop()
            self.gateway.forget_journal()

    def start(self, ca, pair, host="localhost"):
        tls = {"ca_file": str(ca)}
        if pair:
            tls.update(certificate_file=str(pair[0]), key_file=str(pair[1]))
        self.gateway.config["north"]["broker"] = {
            "host": host, "port": self.tls_port, "reconnect_max_ms": 1000, "tls": tls}
        self.gateway.start()

    def test_ca_and_client_certificate_let_it_in(self):
        for host in ("localhost", "127.0.0.1"):
            self.start(self.authority.certificate, self.good, host)
            self.it_is_let_in()
            order = self.deliver("tcp-001")
            self.checker.settled(order, "succeeded")
            self.setUp()

    def stays_outside(self):
        self.gateway.wait_for_sessions(self.street.meters)
        self.the_meters_are_served()
        until("what kept it out", lambda: self.gateway.journal("MG0603")
              or self.gateway.journal("MG0602"))
        self.assertEqual(self.gateway.journal("MG0601"), [])
        self.assertTrue(self.gateway.alive)

    def test_a_broker_of_another_authority_is_not_spoken_to(self):
        self.start(self.stranger.certificate, self.good)
        self.stays_outside()

    def test_a_broker_of_another_authority_is_called_so(self):
        self.start(self.stranger.certificate, self.good)
        self.assertRegex(self.the_refusal(), "(?i)certificate")

    def test_without_a_certificate_the_broker_lets_it_not_in(self):
        self.start(self.authority.certificate, None)
        self.stays_outside()

    def test_a_certificate_of_another_authority_does_not_help(self):
        self.start(self.authority.certificate, self.forged)
        self.stays_outside()

    def test_a_broker_under_another_name_is_not_spoken_to(self):
        certificate, key = self.authority.issue("elsewhere", "DNS:broker.example.org")
        port = free_port()
        other = Broker(self.folder, (
            f"listener {port} 127.0.0.1", f"cafile {self.authority.certificate}",
            f"certfile {certificate}", f"keyfile {key}", "require_certificate true"), "other")
        self.addCleanup(other.put_away)
        other.start()
        usual, type(self).tls_port = self.tls_port, port
        self.addCleanup(setattr, type(self), "tls_port", usual)
        self.start(self.authority.certificate, self.good)
        self.stays_outside()


if __name__ == "__main__":
    unittest.main()
