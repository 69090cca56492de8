# SPDX-License-Identifier: Apache-2.0
"""A broker that lets nobody in without a password, and gateways that have none."""

import subprocess
import unittest

from harness.broker import Broker
from harness.case import BINARY, MODELS
from harness.gateway import Gateway, configuration_of
from harness.refusing import RefusingCase
from harness.street import Street
from harness.utility import ROOT, Utility


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


if __name__ == "__main__":
    unittest.main()
