# SPDX-License-Identifier: Apache-2.0
"""Values that DLMS meters push: stored like those that are read, and never without protection."""

import json
import time
import unittest

from harness.case import MODELS, StreetCase
from harness.running import until

PUSH_REFUSED = "MG0220"
CHANNELS = 2


def models_of(folder, *parts):
    """The virtual meter's model as `push-only`: nobody can ask such a meter for profiles."""
    text = (MODELS / "virtual-prepayment-dlms.toml").read_text()
    text = text.replace('name = "virtual-prepayment-dlms"', 'name = "push-only"')
    text = text.replace('"daily", "profile", ', "")
    directory = folder / "models"
    directory.mkdir(exist_ok=True)
    (directory / "push-only.toml").write_text(text + "\n".join(parts))
    return str(directory)


class PushOnlyCase(StreetCase):
    """Meters whose load profile and daily values can come by themselves alone."""

    model_parts = ()

    @classmethod
    def configure(cls, config):
        config["model_directories"].append(models_of(cls.folder, *cls.model_parts))
        for meters in config.get("meter", []), config["meter_range"]:
            for one in meters:
                one["model"] = "push-only"

    def setUp(self):
        # Only an association shows from which counter on a push is new.
        for meter in self.street.meters:
            until(f"registers of {meter}", lambda m=meter: self.shown(m, "registers"), 60)

    def shown(self, meter, what):
        """What an engineer on the box is shown of it."""
        told = self.gateway.run("readings", meter, "--what", what, "--format", "json").stdout
        return json.loads(told or "[]")

    def push_profile(self, meter, rows):
        """Once more for each refusal: where an answer overtakes a push on its way, what the push
        shows is no new counter."""
        refused = len(self.gateway.journal(PUSH_REFUSED, meter))
        self.street.do("push", meter, what="profile", rows=rows)

        def come():
            nonlocal refused
            if len(self.checker.stored_profile(meter)) >= rows * CHANNELS:
                return True
            if len(self.gateway.journal(PUSH_REFUSED, meter)) > refused:
                refused += 1
                self.street.do("push", meter, what="profile", rows=rows)
            return False

        until(f"{rows} pushed rows of {meter}", come, 30)

    def stored(self, meter, count):
        until(f"{count} values of {meter}",
              lambda: len(self.checker.stored_profile(meter)) >= count, 30)
        self.assertEqual(self.checker.profile_true(meter), count)


class CipheredPushTest(PushOnlyCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 0, "hdlc": 1, "call": 2, "modem": 1,
                    "dlms_security": "gmac"}

    def test_rows_are_stored_that_nobody_has_asked_for(self):
        for meter in ("call-001", "hdlc-001", "modem-001"):
            with self.subTest(meter):
                self.assertFalse(self.checker.stored_profile(meter))
                self.push_profile(meter, 6)
                self.stored(meter, 6 * CHANNELS)
                self.assertEqual(len(self.shown(meter, "profile")), 6 * CHANNELS)
                self.street.do("push", meter, what="daily", rows=3)
                self.checker.daily_complete(meter, 0)

    def test_pushed_twice_is_stored_once_and_heard_again_not_at_all(self):
        meter = "call-002"
        self.street.do("push", meter, what="profile", rows=3)
        self.stored(meter, 3 * CHANNELS)
        self.street.do("push", meter, what="profile", rows=5)
        self.stored(meter, 5 * CHANNELS)
        self.street.do("push", meter, what="again")
        until("the refusal", lambda: self.gateway.journal(PUSH_REFUSED, meter))
        self.assertIn("seen before", self.gateway.journal(PUSH_REFUSED, meter)[-1]["text"])
        self.assertEqual(self.checker.profile_true(meter), 5 * CHANNELS)


class PlainPushTest(PushOnlyCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 0, "call": 1, "hdlc": 1, "dlms_security": "gmac"}

    def test_what_is_less_protected_than_answers_is_not_stored(self):
        for meter in self.street.meters:
            with self.subTest(meter):
                self.street.do("push", meter, what="profile", plain=True)
                until("the refusal", lambda m=meter: self.gateway.journal(PUSH_REFUSED, m))
                self.assertIn("less protected",
                              self.gateway.journal(PUSH_REFUSED, meter)[-1]["text"])
                self.assertFalse(self.checker.stored_profile(meter))
                self.street.do("push", meter, what="profile")
                self.stored(meter, 4 * CHANNELS)


class NamedByModelTest(PushOnlyCase):
    """A push without its list: what its elements are stands in the model."""

    street_shape = {"line": 0, "tcp": 0, "mqtt": 0, "call": 1}
    model_parts = ('[[dlms.push]]',
                   'elements = ["1 0-0:96.1.0 2", "8 0-0:1.0.0 2", "7 1-0:99.1.0 2"]',
                   '[[dlms.columns]]', 'profile = "1-0:99.1.0"', 'period_min = 30',
                   'elements = ["8 0-0:1.0.0 2", "1 0-0:96.10.1 2", "3 1-0:1.29.0 2",'
                   ' "3 1-0:3.29.0 2"]',
                   '[dlms.scalers]', '"1-0:1.29.0" = 0', '"1-0:3.29.0" = 0')

    def test_rows_are_stored_by_what_the_model_says(self):
        self.street.do("push", "call-001", what="profile", rows=7, bare=True)
        self.stored("call-001", 7 * CHANNELS)


class CollectedTooTest(StreetCase):
    """Read all the while, and pushed as well."""

    street_shape = {"line": 0, "tcp": 0, "mqtt": 0, "call": 1, "hdlc": 1}

    def test_nothing_is_doubled_and_nothing_is_missed(self):
        for turn in range(5):
            for meter in self.street.meters:
                self.street.do("push", meter, what="profile", rows=4 + turn)
        for meter in self.street.meters:
            with self.subTest(meter):
                self.assertGreater(self.checker.profile_complete(
                    meter, time.time() - 86_000), 80)


if __name__ == "__main__":
    unittest.main()
