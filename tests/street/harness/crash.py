# SPDX-License-Identifier: Apache-2.0
"""The gateway is stopped as by a power cut at a named durable step (storage/crash_point.hpp)."""

import signal
import time

from .case import StreetCase
from .running import until


class CrashCase(StreetCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 1}

    def cut_at(self, point):
        """Orders for all meters, a cut at that point, a start, and one outcome each."""
        self.gateway.stop()
        self.gateway.start(crash_at=point, ready=False)
        orders = [self.deliver(meter) for meter in self.street.meters]
        orders.append(self.relay("tcp-001", "armed"))
        until(f"the cut at {point}", lambda: not self.gateway.alive)
        self.assertEqual(self.gateway.wait(), -signal.SIGKILL)
        self.gateway.start()
        self.utility.all_end("the outcomes", orders)
        for order in orders:
            self.checker.settled(order, "succeeded")
        self.all_is_told_and_kept()

    def all_is_told_and_kept(self):
        for meter in self.street.meters:
            self.checker.nothing_doubled(meter)
            self.checker.profile_true(meter)
        self.assertEqual(self.gateway.rows("SELECT id FROM command WHERE ended = 0"), [])

    def every(self, points):
        for point in points:
            with self.subTest(point=point):
                self.cut_at(point)
        for meter in self.street.meters:
            self.assertGreater(self.checker.profile_complete(meter, time.time() - 86_000), 80)
