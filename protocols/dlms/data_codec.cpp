// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/data_codec.hpp"

#include <utility>

#include "protocols/dlms/axdr.hpp"
#include "protocols/dlms/data_content.hpp"

namespace metergate::dlms {
namespace {

using Reason = DecodeFault::Reason;

constexpr std::uint8_t kArray = 1;
constexpr std::uint8_t kStructure = 2;
constexpr std::uint8_t kCompactArray = 19;

void write_type(ByteWriter& out, const TypeDescription& type) {
  out.u8(type.tag);
  if (type.tag == kStructure) {
    write_length(out, type.elements.size());
    for (const TypeDescription& element : type.elements) write_type(out, element);
  } else if (type.tag == kArray) {
    out.u16(type.count);
    if (!type.elements.empty()) write_type(out, type.elements.front());
  }
}

// The content of compact-array elements: no tags, no counts, lengths only where they vary.
void write_bare(ByteWriter& out, const Data& data) {
  if (const auto* list = elements_of(data)) {
    for (const Data& element : *list) write_bare(out, element);
  } else {
    write_content(out, data);
  }
}

class Decoder {
 public:
  Decoder(ByteReader& in, const DataLimits& limits)
      : in_{in}, limits_{limits}, elements_left_{limits.elements} {}

  Result<Data, DecodeFault> tagged(std::size_t depth) {
    const std::size_t at = in_.offset();
    const std::uint8_t tag = in_.u8();
    if (!in_.ok()) return fault(Reason::Truncated, at);
    if (depth > limits_.depth) return fault(Reason::TooDeep, at);
    if (elements_left_ == 0) return fault(Reason::TooMany, at);
    --elements_left_;
    switch (tag) {
      case kArray:
        return list<Array>(depth);
      case kStructure:
        return list<Structure>(depth);
      case kCompactArray:
        return compact_array(depth);
      default:
        return read_content(in_, tag);
    }
  }

 private:
  Failure<DecodeFault> fault(Reason reason, std::size_t offset) const {
    return failure(DecodeFault{reason, offset});
  }

  template <typename List>
  Result<Data, DecodeFault> list(std::size_t depth) {
    const std::size_t at = in_.offset();
    const auto count = read_length(in_);
    // Every element has at least its tag.
    if (!count || *count > in_.rest()) return fault(Reason::BadLength, at);
    if (*count > elements_left_) return fault(Reason::TooMany, at);
    List out;
    out.elements.reserve(*count);
    for (std::size_t i = 0; i < *count; ++i) {
      auto element = tagged(depth + 1);
      if (!element) return element;
      out.elements.push_back(std::move(*element));
    }
    return Data{std::move(out)};
  }

  Result<Data, DecodeFault> compact_array(std::size_t depth) {
    CompactArray out;
    if (auto bad = read_type(out.type, depth + 1)) return failure(*bad);
    const std::size_t at = in_.offset();
    const auto content = read_octets(in_);
    if (!content) return fault(Reason::BadLength, at);
    // Elements without octets of their own could be counted for ever.
    if (smallest_octets(out.type) == 0 && !content->empty()) return fault(Reason::BadValue, at);
    ByteReader bare_in{*content};
    const std::size_t base = in_.offset() - content->size();
    while (bare_in.rest() > 0) {
      auto element = bare(bare_in, out.type, depth + 1);
      if (!element) return fault(element.error().reason, base + element.error().offset);
      out.elements.push_back(std::move(*element));
    }
    return Data{std::move(out)};
  }

  std::optional<DecodeFault> read_type(TypeDescription& type, std::size_t depth) {
    const std::size_t at = in_.offset();
    type.tag = in_.u8();
    if (!in_.ok()) return DecodeFault{Reason::Truncated, at};
    if (depth > limits_.depth) return DecodeFault{Reason::TooDeep, at};
    if (!alternative_of(type.tag) || type.tag == kCompactArray) {
      return DecodeFault{Reason::UnknownTag, at};
    }
    std::size_t count = 0;
    if (type.tag == kStructure) {
      const auto length = read_length(in_);
      if (!length || *length > in_.rest()) return DecodeFault{Reason::BadLength, at + 1};
      count = *length;
    } else if (type.tag == kArray) {
      type.count = in_.u16();
      count = 1;
    }
    if (count > elements_left_) return DecodeFault{Reason::TooMany, at};
    elements_left_ -= count;
    for (std::size_t i = 0; i < count; ++i) {
      if (auto bad = read_type(type.elements.emplace_back(), depth + 1)) return bad;
    }
    return std::nullopt;
  }

  // Octets that any element of the type has at least, one for whatever has some: enough to know
  // that reading an element gets on.
  static std::size_t smallest_octets(const TypeDescription& type) {
    if (type.tag == kStructure || type.tag == kArray) {
      if (type.tag == kArray && type.count == 0) return 0;
      for (const TypeDescription& element : type.elements) {
        if (smallest_octets(element) > 0) return 1;
      }
      return 0;
    }
    return has_content(type.tag) ? 1 : 0;
  }

  Result<Data, DecodeFault> bare(ByteReader& in, const TypeDescription& type, std::size_t depth) {
    if (elements_left_ == 0) return fault(Reason::TooMany, in.offset());
    --elements_left_;
    if (type.tag == kStructure) {
      Structure out;
      for (const TypeDescription& element : type.elements) {
        auto read = bare(in, element, depth + 1);
        if (!read) return read;
        out.elements.push_back(std::move(*read));
      }
      return Data{std::move(out)};
    }
    if (type.tag == kArray) {
      Array out;
      for (std::size_t i = 0; i < type.count; ++i) {
        auto read = bare(in, type.elements.front(), depth + 1);
        if (!read) return read;
        out.elements.push_back(std::move(*read));
      }
      return Data{std::move(out)};
    }
    return read_content(in, type.tag);
  }

  ByteReader& in_;
  const DataLimits& limits_;
  std::size_t elements_left_;
};

}  // namespace

std::optional<std::size_t> alternative_of(std::uint8_t tag) {
  for (std::size_t i = 0; i < kDataTags.size(); ++i) {
    if (kDataTags[i] == tag) return i;
  }
  return std::nullopt;
}

void write_data(ByteWriter& out, const Data& data) {
  out.u8(tag_of(data));
  if (const auto* list = elements_of(data)) {
    write_length(out, list->size());
    for (const Data& element : *list) write_data(out, element);
  } else if (const auto* compact = data.get_if<CompactArray>()) {
    write_type(out, compact->type);
    ByteWriter content;
    for (const Data& element : compact->elements) write_bare(content, element);
    write_octets(out, content.take());
  } else {
    write_content(out, data);
  }
}

Octets encode_data(const Data& data) {
  ByteWriter out;
  write_data(out, data);
  return out.take();
}

Result<Data, DecodeFault> read_data(ByteReader& in, const DataLimits& limits) {
  return Decoder{in, limits}.tagged(1);
}

Result<Data, DecodeFault> decode_data(OctetView octets, const DataLimits& limits) {
  ByteReader in{octets};
  auto data = read_data(in, limits);
  if (data && in.rest() > 0) return failure(DecodeFault{Reason::Trailing, in.offset()});
  return data;
}

std::optional<TypeDescription> describe(const Data& data) {
  TypeDescription type{tag_of(data), 0, {}};
  if (const auto* structure = data.get_if<Structure>()) {
    for (const Data& element : structure->elements) {
      auto described = describe(element);
      if (!described) return std::nullopt;
      type.elements.push_back(std::move(*described));
    }
  } else if (const auto* array = data.get_if<Array>()) {
    if (array->elements.empty() || array->elements.size() > 0xFFFF) return std::nullopt;
    type.count = static_cast<std::uint16_t>(array->elements.size());
    for (const Data& element : array->elements) {
      auto described = describe(element);
      if (!described || (!type.elements.empty() && type.elements.front() != *described)) {
        return std::nullopt;
      }
      if (type.elements.empty()) type.elements.push_back(std::move(*described));
    }
  } else if (data.is<CompactArray>()) {
    return std::nullopt;
  }
  return type;
}

}  // namespace metergate::dlms
