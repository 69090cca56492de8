# SPDX-License-Identifier: Apache-2.0
"""A wall clock that a test sets, for processes of its choice (shifted_clock.cpp)."""

import mmap
import os
import struct
import unittest


class FalseClock:
    def __init__(self, folder, name):
        self._library = os.environ.get("METERGATE_SHIFTED_CLOCK_LIBRARY")
        if not self._library:
            raise unittest.SkipTest("METERGATE_SHIFTED_CLOCK_LIBRARY names no library")
        self._path = folder / f"{name}.clock"
        self._path.write_bytes(bytes(8))
        with open(self._path, "r+b") as file:
            self._page = mmap.mmap(file.fileno(), 8)
        self.shift_s = 0

    def set(self, shift_s):
        """So many seconds ahead of the true time, for all who live by this clock, at once."""
        self.shift_s = int(shift_s)
        self._page[:] = struct.pack("=q", self.shift_s)

    @property
    def environment(self):
        return {"LD_PRELOAD": self._library, "METERGATE_SHIFTED_CLOCK": str(self._path)}
