# SPDX-License-Identifier: Apache-2.0
"""Half-hours, midnights and the two nights of summer time pass."""

import time
import unittest
from datetime import datetime, timezone

from harness.checker import DAY
from harness.clocks import HALF_HOUR, ClockCase


class NightCase(ClockCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 1}
    evening = None

    @classmethod
    def set_clocks_before_the_start(cls):
        cls.all_clocks(cls.evening.timestamp() - time.time())

    def a_night_passes(self):
        since = self.now() - DAY + HALF_HOUR
        self.everything_until_now(since)
        for _ in range(5):
            self.pass_time(HALF_HOUR)
            self.everything_until_now(since)
        return since


class SpringTest(NightCase):
    """The night in which London skips an hour; and the day after it."""

    evening = datetime(2026, 3, 28, 23, 10, tzinfo=timezone.utc)

    def test_no_half_hour_and_no_day_is_missing_or_there_twice(self):
        since = self.a_night_passes()
        with self.subTest("the gateway is away for hours, by an order and by a cut"):
            for away in (self.gateway.stop, self.gateway.kill):
                away()
                self.pass_time(5 * 3600)
                self.gateway.start()
                self.everything_until_now(since)
        with self.subTest("the meters are away for a day"):
            self.street.do("silence", "*")
            self.gateway.wait_for_sessions(self.street.on_tcp, "silent")
            self.pass_time(DAY)
            self.street.do("unsilence", "*")
            self.everything_until_now(since)


class AutumnTest(NightCase):
    """The night in which London has an hour twice."""

    evening = datetime(2026, 10, 24, 23, 50, tzinfo=timezone.utc)

    def test_no_half_hour_is_missing_or_there_twice(self):
        self.a_night_passes()


if __name__ == "__main__":
    unittest.main()
