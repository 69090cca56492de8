# SPDX-License-Identifier: Apache-2.0
"""config/mosquitto on a real broker with real certificates: who gets in, and who may do what."""

import re
import socket
import ssl
import tempfile
import unittest
from pathlib import Path

from paho.mqtt.client import topic_matches_sub

from documents import DOCS, codes, page, section, tables
from shipped_broker import PATIENCE, Authority, Broker, Client

SITE = "metergate/v1/site-1"
ACCESS = DOCS.parent / "config" / "mosquitto" / "acl"


class BrokerAccess(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="broker-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)
        cls.ours = Authority(cls.folder / "ours")
        cls.ours.certify("broker", address=True)
        for name in ("gateway-site-1", "gateway-site-1-meters", "vending", "billing", "mdm",
                     "engineering", "customer-service", "data-protection", "messaging",
                     "engineer", "house-001", "house-002", "stranger"):
            cls.ours.certify(name)
        cls.theirs = Authority(cls.folder / "theirs")
        cls.theirs.certify("vending")
        broker = Broker(cls.folder, cls.ours.folder)
        cls.addClassCleanup(broker.put_away)
        cls.port = broker.port

    def client(self, name, *subscriptions, **options):
        client = Client(self.port, self.ours.folder, self.ours.folder / name, subscriptions,
                        **options)
        self.addCleanup(client.close)
        self.assertTrue(client.connected)
        return client

    def assert_only(self, listener, publisher, allowed, forbidden):
        """One publisher's messages keep their order: once the allowed one is there, the others
        would be."""
        for topic in forbidden:
            publisher.publish(topic, "forbidden")
        publisher.publish(allowed, "allowed")
        listener.wait(lambda: (allowed, "allowed") in listener.heard)
        self.assertEqual([heard for heard in listener.heard if heard[1] == "forbidden"], [])

    # ---- the door ------------------------------------------------------------------------------

    def turned_away(self, identity=None):
        """A TLS handshake, then one octet: with TLS 1.3 the broker's no comes only after ours."""
        context = ssl.create_default_context(cafile=str(self.ours.folder / "ca.pem"))
        if identity:
            context.load_cert_chain(f"{identity}.pem", f"{identity}.key")
        try:
            with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as plain, \
                    context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
                return secure.recv(1) == b""
        except (ssl.SSLError, ConnectionError):
            return True

    def test_nobody_comes_in_without_a_certificate(self):
        self.assertTrue(self.turned_away())

    def test_nobody_comes_in_with_a_certificate_of_another_authority(self):
        self.assertTrue(self.turned_away(self.theirs.folder / "vending"))

    def test_nobody_comes_in_in_plain_text(self):
        connect = bytes.fromhex("101000044d5154540402003c000474657374")
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as plain:
            plain.sendall(connect)
            try:
                answer = plain.recv(4)
            except ConnectionError:
                answer = b""
        self.assertNotEqual(answer[:1], b"\x20", "an MQTT broker answered")

    # ---- commands ------------------------------------------------------------------------------

    def test_an_outsider_cannot_publish_commands(self):
        gateway = self.client("gateway-site-1", f"{SITE}/meter/+/command/+", f"{SITE}/command/+")
        vending = self.client("vending")
        for name in ("stranger", "house-001", "gateway-site-1-meters"):
            outsider = self.client(name)
            for verb in ("deliver-token", "set-relay", "set-clock", "read", "cancel",
                         "issue-token", "resend-tokens", "change-tenancy", "change-supplier",
                         "set-tariff", "export-tenancy", "erase-tenancy"):
                outsider.publish(f"{SITE}/meter/house-001/command/{verb}", "forbidden")
            outsider.publish(f"{SITE}/command/restart", "forbidden")
            outsider.publish(f"{SITE}/command/change-registry", "forbidden")
            outsider.publish(f"{SITE}/meter/house-001/command/deliver-token", "forbidden", True)
        self.assert_only(gateway, vending, f"{SITE}/meter/house-001/command/deliver-token", ())

    def test_a_system_gives_the_verbs_it_was_granted_and_no_others(self):
        gateway = self.client("gateway-site-1", f"{SITE}/meter/+/command/+")
        granted = {"vending": {"deliver-token", "cancel"}, "billing": {"set-relay", "cancel"},
                   "mdm": {"read", "synchronise"},
                   "engineering": {"issue-token", "resend-tokens", "cancel"},
                   "customer-service": {"change-tenancy", "change-supplier", "set-tariff",
                                        "cancel"},
                   "data-protection": {"export-tenancy", "erase-tenancy"},
                   "engineer": {"read", "synchronise", "set-clock"}}
        every = set().union(*granted.values())
        for name, verbs in granted.items():
            with self.subTest(name):
                self.assert_only(gateway, self.client(name),
                                 f"{SITE}/meter/{name}/command/{min(verbs)}",
                                 [f"{SITE}/meter/{name}/command/{verb}" for verb in every - verbs])

    def test_the_box_is_asked_by_who_was_granted_it_only(self):
        gateway = self.client("gateway-site-1", f"{SITE}/command/+")
        for name in ("vending", "billing", "mdm", "engineer"):
            self.client(name).publish(f"{SITE}/command/change-registry", "forbidden")
        self.assert_only(gateway, self.client("engineering"), f"{SITE}/command/change-registry",
                         [f"{SITE}/command/restart"])

    def test_nobody_but_the_gateway_speaks_in_its_name(self):
        mdm = self.client("mdm", f"{SITE}/#", "answers/#")
        forged = [f"{SITE}/state", f"{SITE}/alarm", f"{SITE}/audit", f"{SITE}/refused",
                  *(f"{SITE}/meter/house-001/{leaf}" for leaf in
                    ("result/vend-1", "state", "registers", "daily", "profile", "event"))]
        handed = f"{SITE}/meter/house-001/token/sms"
        for name in ("vending", "stranger", "house-001", "engineer"):
            liar = self.client(name)
            for topic in (*forged, handed):
                liar.publish(topic, "forbidden", True)
        gateway = self.client("gateway-site-1")
        for topic in forged:
            self.assert_only(mdm, gateway, topic, ["metergate/v1/site-2/state"])
        self.assert_only(self.client("messaging", f"{SITE}/#"), gateway, handed, ())

    def test_a_response_topic_is_read_by_its_owner_only(self):
        vending = self.client("vending", "answers/#")
        billing = self.client("billing", "answers/#")
        gateway = self.client("gateway-site-1")
        gateway.publish("answers/vending/1", "for vending")
        gateway.publish("answers/billing/1", "for billing")
        vending.wait(lambda: vending.heard)
        billing.wait(lambda: billing.heard)
        self.assertEqual(vending.heard, [("answers/vending/1", "for vending")])
        self.assertEqual(billing.heard, [("answers/billing/1", "for billing")])

    def test_tokens_handed_over_are_read_by_who_passes_them_on_only(self):
        handed, marker = f"{SITE}/meter/house-001/token/sms", f"{SITE}/state"
        messaging = self.client("messaging", f"{SITE}/#")
        others = [self.client(name, f"{SITE}/#") for name in
                  ("vending", "billing", "mdm", "engineering", "engineer")]
        gateway = self.client("gateway-site-1")
        gateway.publish(handed, "digits")
        gateway.publish(marker, "online")
        messaging.wait(lambda: messaging.heard)
        self.assertEqual(messaging.heard, [(handed, "digits")])
        for other in others:
            other.wait(lambda who=other: (marker, "online") in who.heard)
            self.assertNotIn((handed, "digits"), other.heard)

    def test_what_became_of_tokens_is_read_by_who_has_them_made_only(self):
        news, marker = f"{SITE}/meter/house-001/issue", f"{SITE}/state"
        engineering = self.client("engineering", f"{SITE}/#")
        others = [self.client(name, f"{SITE}/#") for name in ("vending", "messaging", "engineer")]
        for other in others:
            other.publish(news, "forged")
        gateway = self.client("gateway-site-1")
        gateway.publish(news, "redeemed")
        gateway.publish(marker, "online")
        engineering.wait(lambda: (marker, "online") in engineering.heard)
        self.assertEqual([heard for heard in engineering.heard if heard[0] == news],
                         [(news, "redeemed")])
        self.assertFalse(any(news == topic for other in others for topic, _ in other.heard))

    def test_every_topic_of_the_page_is_the_gateways_to_write(self):
        granted = [line.split()[-1] for line in ACCESS.read_text().split("user gateway-site-1\n")[1]
                   .split("\nuser ")[0].splitlines() if line.startswith("topic write ")]
        rows = tables(section(page("mqtt-api.md"), "2 Topics"))[0][1:]
        spoken = [f"{SITE}/" + re.sub(r"\{\w+\}", "x", codes(row[0])[0]) for row in rows
                  if row[1] == "from it"]
        self.assertGreater(len(spoken), 10)
        for topic in spoken:
            self.assertTrue(any(topic_matches_sub(right, topic) for right in granted), topic)

    def test_a_sealed_tenancy_is_read_by_who_bills_it_only(self):
        late, marker = f"{SITE}/meter/house-001/sealed/1/profile", f"{SITE}/state"
        billing = self.client("billing", f"{SITE}/#")
        others = [self.client(name, f"{SITE}/#") for name in
                  ("vending", "mdm", "engineering", "customer-service", "engineer")]
        for other in others:
            other.publish(late, "forged")
        gateway = self.client("gateway-site-1")
        gateway.publish(late, "of who moved out")
        gateway.publish(marker, "online")
        billing.wait(lambda: (marker, "online") in billing.heard)
        self.assertEqual([heard for heard in billing.heard if heard[0] == late],
                         [(late, "of who moved out")])
        for other in others:
            other.wait(lambda who=other: (marker, "online") in who.heard)
            self.assertFalse(any(topic == late for topic, _ in other.heard))

    # ---- meters --------------------------------------------------------------------------------

    def test_a_meter_speaks_for_itself_and_hears_only_its_own_requests(self):
        requests = self.client("gateway-site-1-meters", "meters/v1/#")
        one = self.client("house-001", "meters/v1/#")
        requests.publish("meters/v1/house-002/request", "for the other")
        requests.publish("meters/v1/house-001/request", "for this one")
        one.wait(lambda: one.heard)
        self.assertEqual(one.heard, [("meters/v1/house-001/request", "for this one")])
        self.assert_only(requests, one, "meters/v1/house-001/push/profile",
                         ["meters/v1/house-002/presence", "meters/v1/house-002/response",
                          "meters/v1/house-001/request"])

    # ---- identities ----------------------------------------------------------------------------

    def test_giving_the_gateways_client_id_takes_nothing_from_it(self):
        gateway = self.client("gateway-site-1", f"{SITE}/meter/+/command/+",
                              client_id="metergate-site-1")
        self.client("stranger", client_id="metergate-site-1")
        self.assert_only(gateway, self.client("vending"),
                         f"{SITE}/meter/house-009/command/deliver-token", ())
        self.assertTrue(gateway.client.is_connected())


if __name__ == "__main__":
    unittest.main()
