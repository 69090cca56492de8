# SPDX-License-Identifier: Apache-2.0
"""A day of load profile as the ledger packs it (storage/blobs/profile_blob.hpp, format 1), read
by a second decoder that was written from that page."""


class _Reader:
    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def number(self):
        value = shift = 0
        while True:
            octet = self.octets[self.at]
            self.at += 1
            value |= (octet & 0x7F) << shift
            shift += 7
            if octet < 0x80:
                return value

    def signed(self):
        bits = self.number()
        return bits >> 1 ^ -(bits & 1)

    def take(self, count):
        self.at += count
        return self.octets[self.at - count:self.at]


def _starts(reader):
    starts, expected = [], 0
    for _ in range(reader.number()):
        gap, further = reader.number(), reader.number()
        step = reader.number() if further else 0
        starts += [expected + gap + i * step for i in range(further + 1)]
        expected = starts[-1] + 1
    return starts


def _values(reader, count, shape):
    values = []
    for i in range(count):
        if shape == 2 and i:
            values.append(values[-1])
        else:
            number = reader.signed()
            values.append(number + values[-1] if shape == 1 and i else number)
    return values


def decode(day_s, blob):
    """`{(start_s, channel): (value, marks)}`"""
    frame = _Reader(blob)
    assert frame.take(1) == b"\x01", "another format of profile blob"
    reader = _Reader(frame.take(frame.number()))
    starts, out, channel = _starts(reader), {}, -1
    for _ in range(reader.number()):
        channel += reader.number() + 1
        shape = reader.take(1)[0]
        present = list(starts)
        if shape & 4:
            bits = reader.take((len(starts) + 7) // 8)
            present = [s for i, s in enumerate(starts) if bits[i // 8] >> i % 8 & 1]
        values = _values(reader, len(present), shape & 3)
        marks, at = [0] * len(present), 0
        for _ in range(reader.number()):
            at += reader.number()
            further, mark = reader.number(), reader.number()
            marks[at:at + further + 1] = [mark] * (further + 1)
            at += further + 1
        for start, value, mark in zip(present, values, marks):
            out[day_s + start, channel] = (value, mark)
    return out
