# SPDX-License-Identifier: Apache-2.0
"""DLMS meters that want a signature, and requests that go in general blocks."""

import re
import subprocess
import time
import unittest

from harness.case import BINARY, StreetCase
from harness.running import until

ASSOCIATION_REFUSED = "MG0217"


class SignedCase(StreetCase):
    """Suite 2: P-384 and AES-256. The meters take so little that orders need several blocks."""

    street_shape = {"line": 0, "tcp": 0, "mqtt": 0, "hdlc": 1, "dlms": 2,
                    "dlms_security": "ecdsa-p384", "options": ("--dlms-pdu", 96)}

    @classmethod
    def configure(cls, config):
        config["dlms"]["block_window"] = 4

    def key_file(self, meter):
        return self.street.folder / "dlms-keys" / f"{meter}.toml"


class SignedTest(SignedCase):
    def test_orders_are_done_and_intervals_are_read(self):
        for meter in ("hdlc-001", "dlms-001"):
            orders = [
                self.deliver(meter, self.mint.utrn(250)),
                self.relay(meter, "off"),
                self.relay(meter, "armed"),
            ]
            for order in orders:
                with self.subTest(meter=meter, order=self.utility.ordered[order][1]):
                    self.checker.settled(order, "succeeded")
            self.checker.nothing_doubled(meter)
            self.assertGreater(self.checker.profile_complete(meter, time.time() - 86_000), 40)


class WrongKeyTest(SignedCase):
    starts_gateway = False

    def test_an_engineer_who_signs_is_let_in(self):
        ran = subprocess.run(
            [BINARY, "dlms", "read", "--host", "127.0.0.1", "--port", str(self.street.dlms_port),
             "--client", "1", "--security", "ecdsa-p384", "--client-title", "4d54470000000009",
             "--counter-file", self.folder / "engineer.counter",
             "--street-meter", self.street.serial("dlms-001"), "0-0:96.1.0:1"],
            capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn(self.street.serial("dlms-001"), ran.stdout)

    def test_whose_signature_does_not_hold_is_not_talked_to_and_said_why(self):
        # Ours, which the meter does not know; and another one's for that of the meter.
        ours, theirs = self.key_file("hdlc-001"), self.key_file("dlms-002")
        own = re.sub('signing_key = "[0-9a-f]{2}', 'signing_key = "21', ours.read_text())
        ours.write_text(own)
        other = re.search('meter_public_key = .*', self.key_file("dlms-001").read_text())[0]
        theirs.write_text(re.sub("meter_public_key = .*", other, theirs.read_text()))
        self.gateway.start()
        self.gateway.wait_for_sessions(("dlms-001",))
        for meter, why in (("hdlc-001", "the meter refuses our proof"),
                           ("dlms-002", "the signature does not hold")):
            with self.subTest(meter):
                until("the refusal", lambda m=meter: self.gateway.journal(ASSOCIATION_REFUSED, m))
                self.assertIn(why, str(dict(self.gateway.journal(ASSOCIATION_REFUSED, meter)[0])))
                self.assertNotEqual(self.gateway.sessions()[meter], "online")
        self.checker.settled(self.deliver("dlms-001"), "succeeded")


if __name__ == "__main__":
    unittest.main()
