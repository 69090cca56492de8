// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "storage/blobs/profile_blob.hpp"
#include "storage/blobs/profile_shape.hpp"

namespace metergate::blobs {
namespace {

// Every count is checked against what a day can hold before anything is allocated for it, so that a
// few octets can't claim a gigabyte.
bool read_starts(BlobReader& in, std::vector<std::uint32_t>& starts) {
  const std::uint64_t runs = in.number();
  std::uint64_t expected = 0;
  for (std::uint64_t run = 0; run < runs; ++run) {
    const std::uint64_t gap = in.number();
    const std::uint64_t further = in.number();
    const std::uint64_t step = further > 0 ? in.number() : 0;
    if (!in.ok() || gap >= kSecondsOfDay || further >= kSecondsOfDay || step >= kSecondsOfDay ||
        (further > 0 && step == 0) || expected + gap + further * step >= kSecondsOfDay) {
      return false;
    }
    for (std::uint64_t i = 0; i <= further; ++i) {
      starts.push_back(static_cast<std::uint32_t>(expected + gap + i * step));
    }
    expected = std::uint64_t{starts.back()} + 1;
  }
  return in.ok();
}

struct ChannelValue {
  std::uint32_t start_index;
  std::int64_t channel;
  std::int64_t value;
  std::uint16_t marks;
};

// The starts at which the channel has a value, by index.
bool read_presence(BlobReader& in, bool partial, std::size_t starts,
                   std::vector<std::uint32_t>& present) {
  present.clear();
  const auto keep = [&](std::size_t i) { present.push_back(static_cast<std::uint32_t>(i)); };
  if (!partial) {
    for (std::size_t i = 0; i < starts; ++i) keep(i);
    return !present.empty();
  }
  std::size_t i = 0;
  for (const std::uint8_t octet : in.take((starts + 7) / 8)) {
    for (unsigned bit = 0; bit < 8 && i < starts; ++bit, ++i) {
      if ((octet >> bit & 1U) != 0) keep(i);
    }
  }
  return in.ok() && !present.empty();
}

bool read_marks(BlobReader& in, std::span<ChannelValue> values) {
  const std::uint64_t runs = in.number();
  std::uint64_t at = 0;
  for (std::uint64_t run = 0; run < runs; ++run) {
    const std::uint64_t gap = in.number();
    const std::uint64_t further = in.number();
    const std::uint64_t bits = in.number();
    if (!in.ok() || gap >= values.size() || further >= values.size() ||
        at + gap + further >= values.size() || bits > std::numeric_limits<std::uint16_t>::max()) {
      return false;
    }
    at += gap;
    for (const std::uint64_t end = at + further + 1; at < end; ++at) {
      values[at].marks = static_cast<std::uint16_t>(bits);
    }
  }
  return in.ok();
}

bool read_channel(BlobReader& in, std::int64_t channel, const std::vector<std::uint32_t>& present,
                  ValueShape shape, std::vector<ChannelValue>& values) {
  const std::size_t first = values.size();
  std::int64_t value = 0;
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (shape != ValueShape::OneForAll || i == 0) {
      const std::int64_t number = in.signed_number();
      value = shape == ValueShape::Differences
                  ? static_cast<std::int64_t>(static_cast<std::uint64_t>(value) +
                                              static_cast<std::uint64_t>(number))
                  : number;
    }
    values.push_back({present[i], channel, value, 0});
  }
  return read_marks(in, std::span{values}.subspan(first));
}

bool read_channels(BlobReader& in, std::size_t starts, std::vector<ChannelValue>& values) {
  const std::uint64_t channels = in.number();
  std::vector<std::uint32_t> present;
  std::uint64_t expected = 0;
  for (std::uint64_t i = 0; i < channels; ++i) {
    const std::uint64_t gap = in.number();
    const std::uint8_t shape = in.octet();
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!in.ok() || gap > kMost - expected || expected + gap == kMost ||
        (shape & ~unsigned{kValueShapeBits | kPartial}) != 0 ||
        (shape & kValueShapeBits) > static_cast<unsigned>(ValueShape::OneForAll) ||
        !read_presence(in, (shape & kPartial) != 0, starts, present) ||
        values.size() + present.size() > kMaxDayPoints ||
        !read_channel(in, static_cast<std::int64_t>(expected + gap), present,
                      static_cast<ValueShape>(shape & kValueShapeBits), values)) {
      return false;
    }
    expected += gap + 1;
  }
  return in.ok();
}

}  // namespace

Result<std::vector<ProfilePoint>, BlobFault> decode_profile_day(std::chrono::sys_days day,
                                                                OctetView blob) {
  auto in = BlobReader::open(blob, kProfileFormat);
  if (!in) return failure(in.error());
  std::vector<std::uint32_t> starts;
  std::vector<ChannelValue> values;
  if (!read_starts(*in, starts) || !read_channels(*in, starts.size(), values) || in->rest() != 0) {
    return failure(BlobFault::Malformed);
  }
  // The values lie channel by channel; put each at its place in the order of time.
  std::vector<std::size_t> place(starts.size() + 1);
  for (const ChannelValue& value : values) ++place[value.start_index + 1];
  for (std::size_t i = 1; i < place.size(); ++i) place[i] += place[i - 1];
  std::vector<ProfilePoint> points(values.size());
  for (const ChannelValue& value : values) {
    points[place[value.start_index]++] = {day + std::chrono::seconds{starts[value.start_index]},
                                          value.channel, value.value, IntervalMarks{value.marks}};
  }
  return points;
}

}  // namespace metergate::blobs
