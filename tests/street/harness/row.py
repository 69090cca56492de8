# SPDX-License-Identifier: Apache-2.0
"""One row of docs/reliability.md while it runs, told to scripts/faults in one line."""

import json
import os
import random
import time


class Row:
    """`for number in row` counts; METERGATE_FAULTS_RUNS says how often, METERGATE_FAULTS_SEED what is
    drawn. What a test asserts inside `with row` is a violation when it fails."""

    def __init__(self, number, counted, runs):
        self.number, self.counted = number, counted
        self.wanted = int(os.environ.get("METERGATE_FAULTS_RUNS", runs))
        self.seed = int(os.environ.get("METERGATE_FAULTS_SEED", "20260301"))
        self.chance = random.Random(self.seed)
        self.runs = 0

    def __enter__(self):
        self.began = time.monotonic()
        return self

    def __iter__(self):
        while self.runs < self.wanted:
            yield self.runs
            self.runs += 1

    def __exit__(self, kind, *_):
        print("\nROW " + json.dumps({
            "row": self.number, "counted": self.counted, "runs": self.runs,
            "violations": int(kind is not None), "seed": self.seed,
            "seconds": time.monotonic() - self.began}), flush=True)
        return False
