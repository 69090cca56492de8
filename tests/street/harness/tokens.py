# SPDX-License-Identifier: Apache-2.0
"""Token digits made from the documents, not from the gateway's code.

UTRN: GBCS 14.8 (PTUT, PPTD and the Verhoeff check digit). STS: a plain 66-bit number of class 0.
What the virtual meter makes of them is its simple rule list: docs/meter-models.md."""

_STEP = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_PPTD_OFFSET = 7394156990786306048
_REFUSING_MAC = 0xFFFF0000


def _permutation(row, digit):
    for _ in range(row % 8):
        digit = _STEP[digit]
    return digit


def _product(a, b):
    """In the dihedral group of order ten."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


def _check_digit(digits):
    state = 0
    for place, digit in enumerate(digits):
        state = _product(state, _permutation(4 + place, digit))
    return next(d for d in range(10) if _product(state, _permutation(4 + len(digits), d)) == 0)


def utrn(counter, minor=1000, mac=0x12345678):
    """Credits `minor` hundredths of the currency unit."""
    ptut = (counter & 0x3FF) << 47 | (minor & 0x1FFF) << 32 | mac
    text = f"{ptut + _PPTD_OFFSET:019d}"
    return text + str(_check_digit([int(d) for d in text]))


def refused_utrn(counter, number):
    """The meter refuses it for the reason with this number of its list (1: duplicate, ...)."""
    return utrn(counter, mac=_REFUSING_MAC | number)


def sts_credit(number):
    """Credits (number mod 500 + 1) times 100 Wh."""
    return f"{number << 29:020d}"


class Mint:
    """Digits that nobody was given before."""

    def __init__(self):
        self.given = set()

    def _give(self, make):
        digits = make(len(self.given) + 1)
        self.given.add(digits)
        return digits

    def utrn(self, minor=1000):
        return self._give(lambda number: utrn(number, minor, mac=0x01000000 + number))

    def sts(self):
        return self._give(sts_credit)

    def refused(self, number):
        return self._give(lambda counter: refused_utrn(counter, number))
