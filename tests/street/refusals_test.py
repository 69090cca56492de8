# SPDX-License-Identifier: Apache-2.0
"""What comes to the door and must not come in: each has one defined word, and nothing is stored."""

import json
import unittest

from harness.case import StreetCase
from harness.utility import ROOT, utc


class RefusalsTest(StreetCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 1}
    METER = "mqtt-001"

    def setUp(self):
        self.before = (len(self.gateway.rows("SELECT key FROM command")),
                       self.street.orders(self.METER))

    def tearDown(self):
        after = (len(self.gateway.rows("SELECT key FROM command")), self.street.orders(self.METER))
        self.assertEqual(after, self.before, "something that was refused left a trace")

    def refused(self, reason, payload, verb="deliver-token", meter=METER, topic=None, field=None):
        """Publishes it and returns the refusal."""
        after = len(self.utility.heard)
        text = payload if isinstance(payload, (str, bytes)) else json.dumps(payload)
        self.utility.publish(topic or f"{ROOT}/meter/{meter}/command/{verb}", text)
        heard = self.utility.wait_for(
            f"a refusal of {text[:80]!r}", lambda h: h.body.get("state") == "refused", 10, after)
        self.assertEqual(heard.body["reason"], reason, heard.body)
        self.assertIs(heard.body["final"], True)
        self.assertIs(heard.retained, False)
        if field is not None:
            self.assertEqual(heard.body.get("field"), field, heard.body)
        if reason not in ("retained",):
            self.assertTrue(heard.body.get("expected"), heard.body)
        return heard

    def token(self, **fields):
        return self.utility.body({"token": self.mint.utrn()}, **fields)

    # ---- what is no command at all --------------------------------------------------------------

    def test_payloads_that_are_not_one_json_object(self):
        whole = json.dumps(self.token())
        for payload in ("", "{", "nonsense", "[]", "17", "null", whole + whole, whole[:-1],
                        "\ufeff" + whole, b"\xff\xfe" + whole.encode(), b'{"id":"\xc3\x28"}',
                        whole.replace('"params"', '"id": "twice", "params"'),
                        '{"id": NaN}', "{'id': 'x'}", whole + "\0"):
            with self.subTest(payload=payload[:30]):
                heard = self.refused("malformed-json", payload)
                self.assertEqual(heard.topic, f"{ROOT}/refused")

    def test_payloads_that_are_too_large_or_too_deep(self):
        deep = '{"id":"deep","params":' + "[" * 100 + "]" * 100 + "}"
        cases = (("too-large", json.dumps(self.token(comment="x" * 70_000))),
                 ("too-large", "[" * 65_537), ("too-deep", deep), ("too-deep", "[" * 65_000),
                 ("too-deep", '{"a":' * 10_000))
        for reason, payload in cases:
            with self.subTest(reason=reason, size=len(payload)):
                self.refused(reason, payload)

    def test_a_bomb_leaves_the_gateway_serving(self):
        before = self.most_memory_kb()
        self.utility.send(self.METER, "deliver-token", "[" * 10_000_000)
        # The broker may keep it to itself: it is told how much the gateway takes.
        self.utility.send(self.METER, "deliver-token", "{")
        self.utility.wait_for("the refusal of what came after the bomb",
                              lambda h: h.body.get("reason") == "malformed-json")
        # The client library keeps a few copies of the message; nothing may be built from it.
        self.assertLess(self.most_memory_kb() - before, 100_000)

    def most_memory_kb(self):
        with open(f"/proc/{self.gateway.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

    # ---- names ----------------------------------------------------------------------------------

    def test_ids_with_other_characters_never_reach_a_topic(self):
        for bad in ("", "+", "#", "a/b", "a+b", "../../x", "x" * 65, "größe", "a b", "a\nb", "a\0b",
                    "'; DROP TABLE command; --", "$SYS"):
            with self.subTest(id=bad):
                heard = self.refused("invalid-identifier", self.token(id=bad), field="id")
                self.assertEqual(heard.topic, f"{ROOT}/refused")
                self.assertNotIn("command", heard.body)

    def test_meters_and_verbs_that_do_not_exist(self):
        body = self.token()
        heard = self.refused("unknown-meter", body, meter="nobody")
        self.assertEqual(heard.topic, f"{ROOT}/meter/nobody/result/{body['id']}")
        heard = self.refused("unknown-verb", self.token(), verb="explode")
        self.assertIn("deliver-token", heard.body["expected"])
        for bad in ("a b", "größe", "x" * 65, "$x"):
            heard = self.refused("invalid-identifier", self.token(), meter=bad, field="meter")
            self.assertEqual(heard.topic, f"{ROOT}/refused")
            self.assertNotIn("meter", heard.body)
        self.refused("unknown-verb", self.token(), verb="a b")
        self.refused("unknown-verb", self.token(), topic=f"{ROOT}/command/read")

    # ---- fields ---------------------------------------------------------------------------------

    def test_fields_that_are_missing_unknown_or_of_another_type(self):
        for field in ("id", "issued_at", "expires_at"):
            self.refused("missing-field", self.token(**{field: None}), field=field)
        self.refused("missing-field", self.utility.body({}), field="params.token")
        self.refused("missing-field", self.utility.body(None), field="params.token")
        self.refused("unknown-field", self.token(colour="red"), field="colour")
        self.refused("unknown-field", self.utility.body(
            {"token": self.mint.utrn(), "allow_repaet": True}), field="params.allow_repaet")
        for field, value in (("id", 7), ("issued_at", 1700000000), ("expires_at", True),
                             ("operator", ["x"]), ("priority", 1)):
            self.refused("wrong-type", self.token(**{field: value}), field=field)
        for params in ("token", [], 5, False):
            self.refused("wrong-type", self.utility.body(params), field="params")
        self.refused("wrong-type", self.utility.body({"token": 12345678901234567890}),
                     field="params.token")
        self.refused("wrong-type", self.utility.body({"token": self.mint.utrn(),
                                                      "allow_repeat": "yes"}),
                     field="params.allow_repeat")

    def test_times_that_make_no_sense(self):
        self.refused("already-expired", self.token(issued_at=utc(-20), expires_at=utc(-10)))
        self.refused("issued-in-future", self.token(issued_at=utc(3600), expires_at=utc(7200)))
        self.refused("out-of-range", self.token(expires_at=utc(-10)), field="expires_at")
        self.refused("out-of-range", self.token(expires_at=utc(4000 * 86_400)), field="expires_at")
        self.refused("out-of-range", self.token(not_before=utc(700)), field="not_before")
        for bad in ("tomorrow", "2026-13-01T00:00:00Z", "2026-03-01", "2026-03-01T10:17:00",
                    "9999999999-01-01T00:00:00Z"):
            self.refused("out-of-range", self.token(expires_at=bad), field="expires_at")

    def test_tokens_that_no_meter_could_take(self):
        right = self.mint.utrn()
        for digits, reason in (("1234", "token-format"), (right + "0", "token-format"),
                               ("x" * 20, "token-format"), ("9" * 20, "token-format"),
                               (right[:-1] + str((int(right[-1]) + 1) % 10), "token-check-digit")):
            heard = self.refused(reason, self.utility.body({"token": digits}), field="params.token")
            self.assertNotIn(digits, heard.payload.decode())
        journal = self.gateway.text()
        self.assertNotIn(right[:-1], journal)

    def test_orders_nobody_answers_for(self):
        for verb, params in (("deliver-token", {"token": self.mint.utrn()}),
                             ("set-relay", {"state": "off"}), ("set-clock", {}),
                             ("cancel", {"command": "x"})):
            self.refused("accountability-missing", self.utility.body(params, operator=None),
                         verb=verb, field="operator")
            self.refused("accountability-missing", self.utility.body(params, work_order=None),
                         verb=verb, field="work_order")
            self.refused("accountability-missing",
                         self.utility.body(params, work_order="  ", comment=" "), verb=verb)
        self.refused("out-of-range", self.token(comment="bell \a"), field="comment")
        self.refused("out-of-range", self.token(operator="x" * 201), field="operator")

    def test_what_the_verb_or_the_meter_cannot_do(self):
        give = self.utility.body
        self.refused("out-of-range", give({"state": "ajar"}), "set-relay", field="params.state")
        self.refused("unsupported-by-meter", give({"state": "on"}), "set-relay",
                     field="params.state")
        self.refused("out-of-range", give({"what": []}), "read", field="params.what")
        self.refused("out-of-range", give({"what": ["relay", "relay"]}), "read",
                     field="params.what")
        self.refused("out-of-range", give({"what": ["soul"]}), "read", field="params.what")
        self.refused("out-of-range", give({"what": ["profile"], "from": utc(), "to": utc(-60)}),
                     "read", field="params.to")
        self.refused("unknown-field", give({"time": None, "zone": "x"}), "set-clock")
        self.refused("invalid-identifier", give({"command": "a/b"}), "cancel",
                     field="params.command")
        self.refused("unknown-field", give({"everything": True}), "synchronise")


if __name__ == "__main__":
    unittest.main()
