# SPDX-License-Identifier: Apache-2.0
"""The flags of the preset that is shipped, on a program of a few lines: hardening_test.py, which
reads the product, needs a whole build of it."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def built(folder):
    for command in (["cmake", "--preset", "package", "-B", folder],
                    ["cmake", "--build", folder, "--target", "hardened_sample"]):
        done = subprocess.run(command, cwd=ROOT, text=True, errors="replace", check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))}:\n{done.stdout[-2000:]}")
    return folder / "tests/package/hardened_sample"


class HardenedSample(unittest.TestCase):
    def test_a_program_of_the_shipped_build_is_hardened(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, "-B", HERE / "hardening_test.py"], text=True, check=False,
                env={**os.environ, "METERGATE": str(built(Path(folder)))},
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
