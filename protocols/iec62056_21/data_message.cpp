// SPDX-License-Identifier: Apache-2.0
#include "protocols/iec62056_21/data_message.hpp"

#include <algorithm>

#include "protocols/iec62056_21/characters.hpp"

namespace metergate::iec62056_21 {
namespace {

bool may_stand_in_value(std::uint8_t c) {
  // A slash is found in dates, against item 20; nothing else is forgiven.
  return is_printable(c) && c != '(' && c != ')' && c != '*' && c != '!';
}

bool may_stand_in_name(std::uint8_t c) {
  return is_printable(c) && c != '(' && c != ')' && c != '/' && c != '!';
}

template <typename May>
bool all_may(std::string_view text, std::size_t most, May may) {
  return text.size() <= most &&
         std::ranges::all_of(text, [&](char c) { return may(static_cast<std::uint8_t>(c)); });
}

/// Reads the lines between STX and ETX, or all there is without them.
class BlockReader {
 public:
  BlockReader(OctetView message, std::size_t from, std::size_t to)
      : message_{message}, at_{from}, end_{to} {}

  /// What a meter says instead of data ends without `!` CR LF.
  enum class End : std::uint8_t { Closed, MayBeOpen };
  Result<DataMessage, Fault> read(End end) {
    DataMessage out;
    while (at_ < end_ && message_[at_] != '!') {
      if (message_[at_] == kCr || message_[at_] == kLf) {
        ++at_;
        continue;
      }
      auto set = read_set();
      if (!set) return failure(set.error());
      out.sets.push_back(std::move(*set));
    }
    if (at_ == end_ && end == End::MayBeOpen) return out;
    const bool closed = end_ - at_ == 3 && message_[at_ + 1] == kCr && message_[at_ + 2] == kLf;
    if (!closed) return failure(Fault{"data block", at_, "ended by ! CR LF"});
    return out;
  }

 private:
  Result<DataSet, Fault> read_set() {
    DataSet set;
    const auto name = read_text("data set's name", kMaxName, '(', may_stand_in_name,
                                "at most 16 printable characters without / ) and !, then (");
    if (!name) return failure(name.error());
    set.name = *name;
    while (at_ < end_ && message_[at_] == '(') {
      ++at_;
      Value value;
      auto text = read_text("value", kMaxValue, ')', may_stand_in_value,
                            "at most 128 printable characters without ( and !, then * or )");
      if (!text) return failure(text.error());
      value.text = std::move(*text);
      if (message_[at_] == '*') {
        ++at_;
        auto unit = read_text("unit", kMaxUnit, ')', may_stand_in_value,
                              "at most 16 printable characters without ( * and !, then )");
        if (!unit) return failure(unit.error());
        if (message_[at_] != ')') return failure(Fault{"unit", at_, "ended by )"});
        value.unit = std::move(*unit);
      }
      ++at_;
      set.values.push_back(std::move(value));
    }
    return set;
  }

  template <typename May>
  Result<std::string, Fault> read_text(std::string_view field, std::size_t most, std::uint8_t last,
                                       May may, std::string_view expected) {
    std::string out;
    for (; at_ < end_; ++at_) {
      const std::uint8_t c = message_[at_];
      if (c == last || (last == ')' && c == '*')) return out;
      if (!may(c) || out.size() == most) break;
      out.push_back(static_cast<char>(c));
    }
    return failure(Fault{field, at_, expected});
  }

  OctetView message_;
  std::size_t at_;
  std::size_t end_;
};

}  // namespace

const DataSet* DataMessage::find(std::string_view name) const {
  const auto found = std::ranges::find(sets, name, &DataSet::name);
  return found == sets.end() ? nullptr : &*found;
}

std::optional<std::string_view> DataMessage::error() const {
  const bool alone = sets.size() == 1 && sets.front().name.empty() && !sets.front().values.empty();
  if (!alone) return std::nullopt;
  const std::string_view text = sets.front().values.front().text;
  return text.starts_with("ER") ? std::optional{text} : std::nullopt;
}

bool is_data_set(const DataSet& set) {
  return !set.values.empty() && all_may(set.name, kMaxName, may_stand_in_name) &&
         std::ranges::all_of(set.values, [](const Value& value) {
           return all_may(value.text, kMaxValue, may_stand_in_value) &&
                  all_may(value.unit, kMaxUnit, may_stand_in_value);
         });
}

std::uint8_t block_check(OctetView block) {
  unsigned sum = 0;
  for (const unsigned octet : block) sum ^= octet;
  return static_cast<std::uint8_t>(sum);
}

Octets DataMessage::encode() const {
  std::string block{static_cast<char>(kStx)};
  for (const DataSet& set : sets) {
    block += set.name;
    for (const Value& value : set.values) {
      block += '(' + value.text;
      if (!value.unit.empty()) block += '*' + value.unit;
      block += ')';
    }
    block += "\r\n";
  }
  block += "!\r\n";
  block += static_cast<char>(kEtx);
  Octets out{block.begin(), block.end()};
  out.push_back(block_check(OctetView{out}.subspan(1)));
  return out;
}

Result<DataMessage, Fault> DataMessage::decode(OctetView message) {
  if (message.size() > kMaxMessageOctets) {
    return failure(Fault{"data message", kMaxMessageOctets, "at most 32768 octets"});
  }
  if (message.empty() || message.front() != kStx) {
    return BlockReader{message, 0, message.size()}.read(BlockReader::End::Closed);
  }
  const std::size_t etx = message.size() - 2;
  if (message.size() < 3 || message[etx] != kEtx) {
    return failure(Fault{"data message", message.size(), "ended by ETX and its check"});
  }
  if (block_check(message.subspan(1, etx)) != message[etx + 1]) {
    return failure(Fault{"block check", etx + 1, "the XOR of the octets behind STX up to ETX"});
  }
  return BlockReader{message, 1, etx}.read(BlockReader::End::MayBeOpen);
}

std::optional<Framed> find_data_message(OctetView octets) {
  const auto stx = std::ranges::find(octets, kStx);
  const auto etx = std::find(stx, octets.end(), kEtx);
  // The check behind ETX is part of it.
  if (etx == octets.end() || etx + 1 == octets.end()) return std::nullopt;
  return Framed{static_cast<std::size_t>(stx - octets.begin()),
                static_cast<std::size_t>(etx + 2 - octets.begin())};
}

Result<Readout, Fault> Readout::decode(OctetView octets) {
  const auto line_end = std::ranges::find(octets, kLf);
  if (line_end == octets.end()) {
    return failure(Fault{"identification message", octets.size(), "ended by CR LF"});
  }
  const auto first = static_cast<std::size_t>(line_end - octets.begin()) + 1;
  auto identification = IdentificationMessage::decode(octets.first(first));
  if (!identification) return failure(identification.error());
  std::size_t from = first;
  // Copies of a readout often have an empty line there.
  while (from < octets.size() && (octets[from] == kCr || octets[from] == kLf)) ++from;
  auto data = DataMessage::decode(octets.subspan(from));
  if (!data) {
    Fault fault = data.error();
    fault.offset += from;
    return failure(fault);
  }
  return Readout{std::move(*identification), std::move(*data)};
}

}  // namespace metergate::iec62056_21
