# SPDX-License-Identifier: Apache-2.0
"""A street whose time a test lets pass, and a box whose clock it sets."""

import time

from .case import StreetCase
from .false_clock import FalseClock

HALF_HOUR = 1800


class ClockCase(StreetCase):
    """Two clocks: the street's is the true one, the box has its own."""

    @classmethod
    def open_street(cls):
        cls.true_clock = FalseClock(cls.folder, "true")
        cls.box_clock = FalseClock(cls.folder, "box")
        cls.street_shape = {**cls.street_shape, "environment": cls.true_clock.environment,
                            "options": ("--wire-speed", 20)}
        cls.gateway_environment = {**cls.box_clock.environment, "TZ": "Europe/London"}
        cls.starts_gateway = False
        cls.set_clocks_before_the_start()
        super().open_street()
        cls.utility.shift_s = cls.true_clock.shift_s
        cls.gateway.start()
        cls.gateway.wait_for_sessions(cls.street.meters)
        cls.utility.wait_for_gateway()

    @classmethod
    def configure(cls, config):
        config["schedule"][0].update(clock_s=1, profile_s=1, daily_s=1, logs_s=1, relay_s=0,
                                     registers_s=1, back_fill_days=3)

    @classmethod
    def set_clocks_before_the_start(cls):
        """A test's own beginning of time."""

    @classmethod
    def all_clocks(cls, shift_s):
        for clock in (cls.true_clock, cls.box_clock):
            clock.set(shift_s)
        if hasattr(cls, "utility"):
            cls.utility.shift_s = int(shift_s)

    def now(self):
        return time.time() + self.true_clock.shift_s

    def pass_time(self, seconds):
        self.all_clocks(self.true_clock.shift_s + seconds)

    def everything_until_now(self, since):
        for meter in self.street.meters:
            self.checker.profile_complete(meter, since)
            self.checker.daily_complete(meter, since)
            self.checker.logs_complete(meter)
