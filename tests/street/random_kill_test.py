# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random instants under load. More of it: METERGATE_FAULTS_RUNS=10000; the same again:
METERGATE_FAULTS_SEED=<the number printed>."""

import random
import signal
import threading
import time
import unittest

from harness.case import StreetCase
from harness.row import Row

KILLS = 300
MEAN_PAUSE_S = 0.15   # between two orders
LIFE_S = (0.1, 0.5)   # of the gateway
SETTLED_WITHIN_S = 60
RELAY_ORDERS = 7      # for each meter: the fuse lets 60 supplies be opened within an hour


class RandomKillTest(StreetCase):
    street_shape = {"line": 3, "tcp": 2, "mqtt": 3}

    def keep_ordering(self, orders, enough, seed):
        dice = random.Random(seed + 1)
        relay_left = dict.fromkeys(self.street.meters, RELAY_ORDERS)
        while not enough.wait(dice.expovariate(1 / MEAN_PAUSE_S)):
            meter = dice.choice(self.street.meters)
            if dice.random() < 0.1 and relay_left[meter]:
                relay_left[meter] -= 1
                orders.append(self.relay(meter, dice.choice(("armed", "off"))))
            else:
                orders.append(self.deliver(meter))
            # Of these alone: a repeat could hide that another was lost.
            if dice.random() < 0.1:
                self.utility.again(dice.choice(orders[::10]))

    def test_every_order_ends_once_and_no_interval_is_lost_or_doubled(self):
        with Row("R1", "kills under load", KILLS) as row:
            self.kill_and_judge(row)

    def kill_and_judge(self, row):
        orders, enough = [], threading.Event()
        ordering = threading.Thread(target=self.keep_ordering, args=(orders, enough, row.seed))
        ordering.start()
        try:
            for _ in row:
                # Not a wait for anything: the moment of the cut is what is drawn.
                time.sleep(row.chance.uniform(*LIFE_S))
                self.gateway.kill()
                self.gateway.start(ready=False)
        finally:
            enough.set()
            ordering.join()
        self.gateway.must_live()
        self.utility.all_end(f"{len(orders)} outcomes", orders, SETTLED_WITHIN_S)
        for order in orders:
            self.checker.settled(order, "succeeded")
        for meter in self.street.meters:
            self.checker.nothing_doubled(meter)
            self.checker.profile_complete(meter, time.time() - 86_000)
            self.checker.logs_complete(meter)
        self.assertEqual(self.gateway.rows("PRAGMA integrity_check")[0][0], "ok")
        self.assertNotEqual(self.gateway.process.returncode, -signal.SIGABRT)
        doubtful = self.gateway.rows("SELECT count(DISTINCT command) FROM command_step "
                                     "WHERE to_state = 'unconfirmed'")[0][0]
        print(f"{len(orders)} orders, {doubtful} of them in doubt for a while: "
              "none lost, none twice, none undecided")


if __name__ == "__main__":
    unittest.main()
