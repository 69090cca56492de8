# SPDX-License-Identifier: Apache-2.0
"""DLMS meters that dial in and push, and those whose modem speaks MQTT."""

import socket
import struct
import time
import unittest

from harness.case import StreetCase
from harness.running import until

METER_SAYS, STRANGER_CALLS, METER_OFFLINE = "MG0219", "MG0306", "MG0206"


def wrapper(apdu, source=1, destination=1):
    return struct.pack(">HHHH", 1, source, destination, len(apdu)) + apdu


class ReachedCase(StreetCase):
    def orders_are_done(self, meters):
        for meter in meters:
            for order in (self.deliver(meter, self.mint.utrn(250)),
                          self.relay(meter, "off"), self.relay(meter, "armed")):
                with self.subTest(meter=meter, order=self.utility.ordered[order][1]):
                    self.checker.settled(order, "succeeded")
            self.checker.nothing_doubled(meter)

    def what_was_read_is_right(self, meters):
        for meter in meters:
            with self.subTest(meter):
                self.assertGreater(
                    self.checker.profile_complete(meter, time.time() - 86_000), 80)
                self.checker.logs_complete(meter)


class DialInTest(ReachedCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 0, "call": 3, "dlms_security": "gmac"}

    def dial(self):
        line = socket.create_connection(("127.0.0.1", self.street.dial_port), timeout=60)
        self.addCleanup(line.close)
        return line

    @staticmethod
    def hung_up(line):
        """Whatever is said meanwhile, in the end the other side hangs up."""
        try:
            while line.recv(4096):
                pass
        except ConnectionError:
            pass
        return True

    def test_meters_that_dial_in_are_served(self):
        self.orders_are_done(self.street.calling[:1])
        self.what_was_read_is_right(self.street.calling[:1])

    def test_a_meter_that_hangs_up_is_offline_until_it_calls_again(self):
        self.street.do("silence", "call-002")
        self.gateway.wait_for_sessions(("call-002",), "offline", 60)
        self.gateway.wait_for_sessions(("call-001",), "online")
        self.street.do("unsilence", "call-002")
        self.gateway.wait_for_sessions(("call-002",), "online", 60)
        self.assertTrue(self.gateway.journal(METER_OFFLINE, "call-002"))

    def test_strangers_are_turned_away_and_hold_nobody_up(self):
        lines = [self.dial() for _ in range(70)]  # more than are kept in the porch
        for line in lines[:20]:
            line.sendall(b"GET / HTTP/1.1\r\n\r\n")
        for line in lines[20:40]:
            line.sendall(wrapper(b"\xc4" * 60_000)[:50_000])
        for line in lines[:40] + lines[66:]:
            self.assertTrue(self.hung_up(line))
        until("the strangers in the journal", lambda: self.gateway.journal(STRANGER_CALLS))
        self.checker.settled(self.deliver("call-001", self.mint.utrn(50)), "succeeded")

    def test_who_pushes_and_hangs_up_is_heard(self):
        meter = "call-003"  # away itself: somebody must have said so for it
        serial = self.street.serial(meter).encode()
        push = bytes.fromhex("0f 40 00 00 63 00 02 01 09") + bytes([len(serial)]) + serial
        self.street.do("silence", meter)
        self.addCleanup(self.street.do, "unsilence", meter)
        self.gateway.wait_for_sessions((meter,), "offline", 60)
        with self.dial() as line:
            line.sendall(wrapper(push))
        until("the push in the journal", lambda: self.gateway.journal(METER_SAYS, meter), 60)

    def test_who_pushes_and_stays_is_confirmed_and_cut_off_for_nonsense(self):
        meter = "call-002"
        serial = self.street.serial(meter).encode()
        push = bytes.fromhex("0f 40 00 00 63 00 02 01 09") + bytes([len(serial)]) + serial
        self.street.do("silence", meter)
        self.addCleanup(self.street.do, "unsilence", meter)
        self.gateway.wait_for_sessions((meter,), "offline", 60)
        line = self.dial()
        line.sendall(wrapper(push, destination=102))
        confirmed = wrapper(bytes.fromhex("10 40 00 00 63 00"), source=102)
        heard = b""
        # First its greeting as public client, to which this one says nothing.
        while confirmed not in heard:
            part = line.recv(4096)
            self.assertTrue(part, heard.hex())
            heard += part
        line.sendall(b"no wrapper at all")
        self.assertTrue(self.hung_up(line))
        self.gateway.wait_for_sessions((meter,), "offline", 60)


class EarlyTest(StreetCase):
    """Nothing is due for an hour, but for what the meters say."""

    street_shape = {"line": 0, "tcp": 0, "mqtt": 0, "call": 1, "modem": 1}

    @classmethod
    def configure(cls, config):
        config["schedule"] = [{**config["schedule"][0], **dict.fromkeys(
            ("registers_s", "relay_s", "logs_s", "daily_s", "profile_s"), 3600)}]

    def test_what_a_meter_pushes_has_its_logs_read_at_once(self):
        for meter in self.street.meters:
            self.checker.settled(self.utility.order(meter, "synchronise", {}), "succeeded")
        for meter in self.street.meters:
            with self.subTest(meter):
                before = self.gateway.rows("SELECT COUNT(*) FROM log_entry e JOIN meter m ON"
                                           " m.key = e.meter WHERE m.id = ?", meter)[0][0]
                self.street.do("open-cover", meter)
                until("the entry in the ledger", lambda m=meter, b=before: self.gateway.rows(
                    "SELECT COUNT(*) FROM log_entry e JOIN meter m ON m.key = e.meter"
                    " WHERE m.id = ?", m)[0][0] > b, 90)
                self.assertTrue(self.gateway.journal(METER_SAYS, meter))


class OverMqttTest(ReachedCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 1, "modem": 2, "dlms_security": "gmac"}

    def test_meters_whose_modem_speaks_mqtt_are_served(self):
        self.orders_are_done(self.street.on_modem[:1])
        self.what_was_read_is_right(self.street.on_modem[:1])

    def test_nonsense_on_a_topic_is_dropped_and_told(self):
        for payload in (b"", b"{}", wrapper(b"\xc4\x01")[:-1], b"\x00\x01" * 5_000):
            self.utility.client.publish("dlms/v1/modem-001/response", payload, qos=1)
        self.utility.client.publish("dlms/v1/nobody/response", wrapper(b"\x0f"), qos=1)
        until("the nonsense in the journal", lambda: self.gateway.journal(STRANGER_CALLS))
        self.checker.settled(self.deliver("modem-001", self.mint.utrn(50)), "succeeded")

    def test_a_broker_that_was_gone_is_found_again(self):
        self.broker.kill()
        self.broker.start()
        self.gateway.wait_for_sessions(self.street.on_modem, "online", 120)
        self.checker.settled(self.deliver("modem-002", self.mint.utrn(50)), "succeeded", 120)


if __name__ == "__main__":
    unittest.main()
