// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <utility>

#include "storage/blobs/profile_blob.hpp"
#include "storage/blobs/profile_shape.hpp"

namespace metergate::blobs {
namespace {

constexpr std::size_t kHalfHoursOfDay = 48;

// Every count is checked against what a day can hold before anything is allocated for it, so that a
// few octets can't claim a gigabyte.
bool read_starts(BlobReader& in, std::vector<std::uint32_t>& starts) {
  const std::uint64_t runs = in.number();
  starts.reserve(kHalfHoursOfDay);
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

// The starts at which the channel has a value, by index.
bool read_presence(BlobReader& in, bool partial, std::size_t starts,
                   std::vector<std::uint32_t>& present) {
  present.clear();
  present.reserve(starts);
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

bool read_marks(BlobReader& in, std::span<ProfilePoint> points) {
  const std::uint64_t runs = in.number();
  std::uint64_t at = 0;
  for (std::uint64_t run = 0; run < runs; ++run) {
    const std::uint64_t gap = in.number();
    const std::uint64_t further = in.number();
    const std::uint64_t bits = in.number();
    if (!in.ok() || gap >= points.size() || further >= points.size() ||
        at + gap + further >= points.size() || bits > std::numeric_limits<std::uint16_t>::max()) {
      return false;
    }
    at += gap;
    for (const std::uint64_t end = at + further + 1; at < end; ++at) {
      points[at].marks.bits = static_cast<std::uint16_t>(bits);
    }
  }
  return in.ok();
}

struct Day {
  std::chrono::sys_days date;
  std::vector<std::uint32_t> starts{};
  std::vector<std::uint32_t> present{};   ///< of the channel being read
  std::vector<std::size_t> channel_at{};  ///< where each channel's points begin
};

// The points lie channel by channel, each channel in the order of time; brings all into that order,
// pair by pair of channels.
void put_in_order_of_time(std::vector<ProfilePoint>& points, std::vector<std::size_t> begins) {
  begins.push_back(points.size());
  const auto at = [&](std::size_t i) {
    return points.begin() + static_cast<std::ptrdiff_t>(begins[std::min(i, begins.size() - 1)]);
  };
  for (std::size_t width = 1; width + 1 < begins.size(); width *= 2) {
    for (std::size_t i = 0; i + width + 1 < begins.size(); i += 2 * width) {
      std::ranges::inplace_merge(at(i), at(i + width), at(i + 2 * width), {}, &ProfilePoint::key);
    }
  }
}

bool read_channel(BlobReader& in, const Day& day, std::int64_t channel, ValueShape shape,
                  std::vector<ProfilePoint>& points) {
  const std::size_t first = points.size();
  std::int64_t value = 0;
  for (std::size_t i = 0; i < day.present.size(); ++i) {
    if (shape != ValueShape::OneForAll || i == 0) {
      const std::int64_t number = in.signed_number();
      value = shape == ValueShape::Differences
                  ? static_cast<std::int64_t>(static_cast<std::uint64_t>(value) +
                                              static_cast<std::uint64_t>(number))
                  : number;
    }
    points.push_back(
        {day.date + std::chrono::seconds{day.starts[day.present[i]]}, channel, value, {}});
  }
  return read_marks(in, std::span{points}.subspan(first));
}

bool read_channels(BlobReader& in, Day& day, std::vector<ProfilePoint>& points) {
  const std::size_t first = points.size();
  const std::uint64_t channels = in.number();
  std::uint64_t expected = 0;
  for (std::uint64_t i = 0; i < channels; ++i) {
    const std::uint64_t gap = in.number();
    const std::uint8_t shape = in.octet();
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!in.ok() || gap > kMost - expected || expected + gap == kMost ||
        (shape & ~unsigned{kValueShapeBits | kPartial}) != 0 ||
        (shape & kValueShapeBits) > static_cast<unsigned>(ValueShape::OneForAll) ||
        !read_presence(in, (shape & kPartial) != 0, day.starts.size(), day.present) ||
        points.size() - first + day.present.size() > kMaxDayPoints) {
      return false;
    }
    day.channel_at.push_back(points.size());
    if (!read_channel(in, day, static_cast<std::int64_t>(expected + gap),
                      static_cast<ValueShape>(shape & kValueShapeBits), points)) {
      return false;
    }
    expected += gap + 1;
  }
  return in.ok();
}

}  // namespace

Result<Done, BlobFault> append_profile_day(std::chrono::sys_days day, OctetView blob,
                                           std::vector<ProfilePoint>& points) {
  auto in = BlobReader::open(blob, kProfileFormat);
  if (!in) return failure(in.error());
  const std::size_t before = points.size();
  Day read{day};
  if (!read_starts(*in, read.starts) || !read_channels(*in, read, points) || in->rest() != 0) {
    points.resize(before);
    return failure(BlobFault::Malformed);
  }
  put_in_order_of_time(points, std::move(read.channel_at));
  return Done{};
}

Result<std::vector<ProfilePoint>, BlobFault> decode_profile_day(std::chrono::sys_days day,
                                                                OctetView blob) {
  std::vector<ProfilePoint> points;
  if (const auto done = append_profile_day(day, blob, points); !done) return failure(done.error());
  return points;
}

}  // namespace metergate::blobs
