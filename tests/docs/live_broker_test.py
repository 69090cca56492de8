# SPDX-License-Identifier: Apache-2.0
"""The gateway on the broker of config/mosquitto: with its certificate it does its work, and what the
access list denies one system costs the others nothing."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "street"))

from harness.case import BINARY, MODELS
from harness.gateway import Gateway, configuration_of
from harness.street import Street
from harness.tokens import Mint
from harness.utility import utc
from shipped_broker import Authority, Broker, Client

SITE = "metergate/v1/site-1"


class LiveBroker(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="b-")
        cls.addClassCleanup(scratch.cleanup)
        folder = Path(scratch.name)
        cls.authority = Authority(folder / "ca")
        cls.authority.certify("broker", address=True)
        for name in ("gateway-site-1", "vending", "billing"):
            cls.authority.certify(name)
        cls.broker = Broker(folder, cls.authority.folder)
        cls.addClassCleanup(cls.broker.put_away)
        street = Street(BINARY, MODELS, folder, cls.broker.port, line=0, tcp=1, mqtt=0)
        cls.addClassCleanup(street.put_away)
        street.start()
        config = configuration_of(street, cls.broker.port, folder)
        config["site"] = "site-1"
        identity = cls.authority.folder / "gateway-site-1"
        config["north"]["broker"]["tls"] = {"ca_file": str(cls.authority.folder / "ca.pem"),
                                            "certificate_file": f"{identity}.pem",
                                            "key_file": f"{identity}.key"}
        cls.gateway = Gateway(BINARY, folder, config)
        cls.addClassCleanup(cls.gateway.put_away)
        cls.gateway.start()
        cls.gateway.wait_for_sessions(["tcp-001"])

    def client(self, name, *subscriptions):
        client = Client(self.broker.port, self.authority.folder, self.authority.folder / name,
                        subscriptions)
        self.addCleanup(client.close)
        return client

    def order(self, client, command_id, verb, params):
        client.publish(f"{SITE}/meter/tcp-001/command/{verb}", json.dumps(
            {"id": command_id, "issued_at": utc(), "expires_at": utc(600), "operator": "test",
             "work_order": "W-1", "params": params}))

    def outcome(self, client, command_id):
        def found():
            return next((body for body in (json.loads(payload) for _, payload in client.heard)
                         if body.get("command") == command_id and body.get("final")), None)

        client.wait(found)
        return found()

    def test_a_token_is_delivered_and_what_was_denied_never_arrived(self):
        vending = self.client("vending", f"{SITE}/meter/+/result/+", f"{SITE}/state")
        # The broker keeps commands for a gateway only once it has been there.
        vending.wait(lambda: any(topic == f"{SITE}/state" for topic, _ in vending.heard))
        billing = self.client("billing", f"{SITE}/meter/+/result/+")
        token = Mint().utrn()
        self.order(billing, "b-1", "deliver-token", {"token": token})
        self.order(billing, "b-2", "set-relay", {"state": "off"})
        self.assertEqual(self.outcome(billing, "b-2")["state"], "succeeded")
        self.order(vending, "v-1", "deliver-token", {"token": token})
        self.assertEqual(self.outcome(vending, "v-1")["state"], "succeeded")
        self.assertIsNone(self.gateway.command("b-1"))


if __name__ == "__main__":
    unittest.main()
