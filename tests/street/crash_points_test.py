# SPDX-License-Identifier: Apache-2.0
"""A power cut at every named step on a command's way, in mid-command."""

import unittest

from harness.crash import CrashCase

# With commands for three meters under way at once, later passages stop later steps of others.
POINTS = ("command-inserted", "command-inserted:3", "command-accepted", "command-accepted:2",
          "sending-recorded", "sending-recorded:3", "answer-received", "answer-received:4",
          "step-written", "step-written:4", "step-durable", "step-durable:5",
          "outcome-published", "outcome-published:7")


class CrashPointsTest(CrashCase):
    def test_every_step_of_a_command(self):
        self.every(POINTS)


if __name__ == "__main__":
    unittest.main()
