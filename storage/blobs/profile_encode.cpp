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
  std::vector<std::int64_t> values;
  std::vector<std::uint16_t> marks;
  Octets presence;
};

std::int64_t difference(std::int64_t now, std::int64_t before) {
  // Through unsigned: the difference of two int64 may wrap, and wraps back on reading.
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(now) -
                                   static_cast<std::uint64_t>(before));
}

BlobWriter differences_of(const std::vector<std::int64_t>& values) {
  BlobWriter out;
  std::int64_t before = 0;
  for (const std::int64_t value : values) {
    out.signed_number(difference(value, before));
    before = value;
  }
  return out;
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
  BlobWriter each;
  for (const std::int64_t value : channel.values) each.signed_number(value);
  BlobWriter differences = differences_of(channel.values);

  ValueShape shape = ValueShape::Each;
  if (std::ranges::adjacent_find(channel.values, std::ranges::not_equal_to{}) ==
      channel.values.end()) {
    shape = ValueShape::OneForAll;
  } else if (differences.size() < each.size()) {
    shape = ValueShape::Differences;
  }
  out.octet(static_cast<std::uint8_t>(static_cast<unsigned>(shape) | (partial ? kPartial : 0U)));
  if (partial) out.append(channel.presence);
  switch (shape) {
    case ValueShape::Each:
      out.append(each.body());
      break;
    case ValueShape::Differences:
      out.append(differences.body());
      break;
    case ValueShape::OneForAll:
      out.signed_number(channel.values.front());
      break;
  }
  write_marks(out, channel.marks);
}

}  // namespace

Octets encode_profile_day(std::chrono::sys_days day, std::span<const ProfilePoint> points) {
  std::vector<std::uint32_t> starts;
  std::vector<std::int64_t> channels;
  for (const ProfilePoint& point : points) {
    const auto second = static_cast<std::uint32_t>((point.start - day).count());
    if (starts.empty() || starts.back() != second) starts.push_back(second);
    if (std::ranges::find(channels, point.channel) == channels.end()) {
      channels.push_back(point.channel);
    }
  }
  std::ranges::sort(channels);

  std::vector<ChannelDay> days(channels.size());
  for (ChannelDay& channel : days) channel.presence.resize((starts.size() + 7) / 8);
  std::size_t at = 0;
  for (const ProfilePoint& point : points) {
    const auto second = static_cast<std::uint32_t>((point.start - day).count());
    while (starts[at] != second) ++at;
    const auto index = std::ranges::lower_bound(channels, point.channel) - channels.begin();
    ChannelDay& channel = days[static_cast<std::size_t>(index)];
    channel.values.push_back(point.value);
    channel.marks.push_back(point.marks.bits);
    channel.presence[at / 8] = static_cast<std::uint8_t>(channel.presence[at / 8] | 1U << (at % 8));
  }

  BlobWriter out;
  write_starts(out, starts);
  out.number(channels.size());
  std::int64_t expected = 0;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    out.number(static_cast<std::uint64_t>(channels[i] - expected));
    write_channel(out, days[i], starts.size());
    expected = channels[i] + 1;
  }
  return out.framed(kProfileFormat);
}

}  // namespace metergate::blobs
