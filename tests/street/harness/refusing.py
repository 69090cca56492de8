# SPDX-License-Identifier: Apache-2.0
"""What holds while a broker keeps the gateway out, or the gateway does not speak to it."""

import json

from .case import StreetCase
from .running import until


class RefusingCase(StreetCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 0}

    def the_refusal(self):
        until("the refusal in the journal",
              lambda: self.gateway.must_live() and self.gateway.journal("MG0603"), 10)
        return self.gateway.journal("MG0603")[-1]["text"]

    def the_meters_are_served(self):
        """Without the broker: the order's outcome waits for it."""
        told = self.gateway.run("send", "deliver-token", "tcp-001", "-", "--work-order", "W-1",
                                "--json", stdin=self.mint.utrn() + "\n")
        self.assertEqual(told.returncode, 0, told.stderr)
        return json.loads(told.stdout.splitlines()[0])["command"]

    def it_is_let_in(self):
        until("the connection", lambda: self.gateway.journal("MG0601"))
