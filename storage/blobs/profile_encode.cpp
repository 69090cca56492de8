// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "storage/blobs/blob_writer.hpp"
#include "storage/blobs/profile_blob.hpp"
#include "storage/blobs/profile_shape.hpp"

namespace metergate::blobs {
namespace {

void write_starts(BlobWriter& out, const std::vector<std::uint32_t>& starts) {
  std::uint64_t runs = 0;
  BlobWriter body;
  std::uint32_t expected = 0;  // the smallest start that may come next
  for (std::size_t i = 0; i < starts.size(); ++runs) {
    std::size_t last = i;
    const std::uint32_t step = i + 1 < starts.size() ? starts[i + 1] - starts[i] : 0;
    while (last + 1 < starts.size() && starts[last + 1] - starts[last] == step) ++last;
    body.number(starts[i] - expected);
    body.number(last - i);
    if (last > i) body.number(step);
    expected = starts[last] + 1;
    i = last + 1;
  }
  out.number(runs);
  out.append(body.body());
}

// One channel's values in the order of the starts, and which starts have one.
struct ChannelDay {
  std::int64_t number = 0;
  std::vector<std::int64_t> values{};
  std::vector<std::uint16_t> marks{};
  Octets presence{};
};

std::int64_t difference(std::int64_t now, std::int64_t before) {
  // Through unsigned: the difference of two int64 may wrap, and wraps back on reading.
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(now) -
                                   static_cast<std::uint64_t>(before));
}

ValueShape shortest(const std::vector<std::int64_t>& values) {
  std::size_t each = 0;
  std::size_t differences = 0;
  bool all_alike = true;
  std::int64_t before = 0;
  for (const std::int64_t value : values) {
    each += signed_number_octets(value);
    differences += signed_number_octets(difference(value, before));
    all_alike = all_alike && value == values.front();
    before = value;
  }
  if (all_alike) return ValueShape::OneForAll;
  return differences < each ? ValueShape::Differences : ValueShape::Each;
}

void write_values(BlobWriter& out, const std::vector<std::int64_t>& values, ValueShape shape) {
  if (shape == ValueShape::OneForAll) return out.signed_number(values.front());
  std::int64_t before = 0;
  for (const std::int64_t value : values) {
    out.signed_number(shape == ValueShape::Each ? value : difference(value, before));
    before = value;
  }
}

void write_marks(BlobWriter& out, const std::vector<std::uint16_t>& marks) {
  std::uint64_t runs = 0;
  BlobWriter body;
  std::size_t end = 0;  // behind the last run
  for (std::size_t i = 0; i < marks.size();) {
    if (marks[i] == 0) {
      ++i;
      continue;
    }
    std::size_t last = i;
    while (last + 1 < marks.size() && marks[last + 1] == marks[i]) ++last;
    body.number(i - end);
    body.number(last - i);
    body.number(marks[i]);
    end = i = last + 1;
    ++runs;
  }
  out.number(runs);
  out.append(body.body());
}

void write_channel(BlobWriter& out, const ChannelDay& channel, std::size_t starts) {
  const bool partial = channel.values.size() != starts;
  const ValueShape shape = shortest(channel.values);
  out.octet(static_cast<std::uint8_t>(static_cast<unsigned>(shape) | (partial ? kPartial : 0U)));
  if (partial) out.append(channel.presence);
  write_values(out, channel.values, shape);
  write_marks(out, channel.marks);
}

/// The channel with this number, made at its place among the others.
ChannelDay& channel_of(std::vector<ChannelDay>& channels, std::int64_t number, std::size_t points) {
  const auto found = std::ranges::lower_bound(channels, number, {}, &ChannelDay::number);
  if (found != channels.end() && found->number == number) return *found;
  ChannelDay& made = *channels.insert(found, ChannelDay{number});
  made.values.reserve(points);
  made.marks.reserve(points);
  return made;
}

}  // namespace

Octets encode_profile_day(std::chrono::sys_days day, std::span<const ProfilePoint> points) {
  std::vector<std::uint32_t> starts;
  starts.reserve(points.size());
  std::vector<ChannelDay> channels;
  for (const ProfilePoint& point : points) {
    const auto second = static_cast<std::uint32_t>((point.start - day).count());
    if (starts.empty() || starts.back() != second) starts.push_back(second);
    ChannelDay& channel = channel_of(channels, point.channel, points.size());
    const std::size_t at = starts.size() - 1;
    if (channel.presence.size() <= at / 8) channel.presence.resize(at / 8 + 1);
    channel.values.push_back(point.value);
    channel.marks.push_back(point.marks.bits);
    channel.presence[at / 8] = static_cast<std::uint8_t>(channel.presence[at / 8] | 1U << (at % 8));
  }

  BlobWriter out;
  out.reserve(3 * points.size());
  write_starts(out, starts);
  out.number(channels.size());
  std::int64_t expected = 0;
  for (ChannelDay& channel : channels) {
    channel.presence.resize((starts.size() + 7) / 8);
    out.number(static_cast<std::uint64_t>(channel.number - expected));
    write_channel(out, channel, starts.size());
    expected = channel.number + 1;
  }
  return out.framed(kProfileFormat);
}

}  // namespace metergate::blobs
