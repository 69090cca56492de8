// SPDX-License-Identifier: Apache-2.0
#include "storage/blobs/reading_blob.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "storage/blobs/blob_writer.hpp"

namespace metergate::blobs {
namespace {

struct UnitNumber {
  Unit unit;
  std::uint8_t cosem;
};

// The numbers of COSEM rather than ours: they stay when the enumeration is reordered.
constexpr std::array kUnitNumbers{
    UnitNumber{Unit::None, 255},        UnitNumber{Unit::Wh, 30},    UnitNumber{Unit::VArh, 32},
    UnitNumber{Unit::VAh, 31},          UnitNumber{Unit::W, 27},     UnitNumber{Unit::VAr, 29},
    UnitNumber{Unit::VA, 28},           UnitNumber{Unit::V, 35},     UnitNumber{Unit::A, 33},
    UnitNumber{Unit::Hz, 44},           UnitNumber{Unit::Degree, 8}, UnitNumber{Unit::Celsius, 9},
    UnitNumber{Unit::Percent, 56},      UnitNumber{Unit::Second, 7}, UnitNumber{Unit::Minute, 6},
    UnitNumber{Unit::CurrencyMinor, 10}};
static_assert(kUnitNumbers.size() == static_cast<std::size_t>(Unit::CurrencyMinor) + 1,
              "a new unit needs its COSEM number here");

std::uint8_t number_of(Unit unit) {
  return std::ranges::find(kUnitNumbers, unit, &UnitNumber::unit)->cosem;
}

std::optional<Unit> unit_of(std::uint8_t number) {
  const auto found = std::ranges::find(kUnitNumbers, number, &UnitNumber::cosem);
  if (found == kUnitNumbers.end()) return std::nullopt;
  return found->unit;
}

// Each register takes at least a channel, a mantissa, an exponent and a unit.
constexpr std::size_t kSmallestRegister = 4;

}  // namespace

Octets encode_reading(const std::vector<StoredRegister>& registers) {
  BlobWriter out;
  out.number(registers.size());
  for (const StoredRegister& reg : registers) {
    out.signed_number(reg.channel);
    out.signed_number(reg.value.mantissa);
    out.octet(static_cast<std::uint8_t>(reg.value.exponent));
    out.octet(number_of(reg.unit));
  }
  return out.framed(kReadingFormat);
}

Result<std::vector<StoredRegister>, BlobFault> decode_reading(OctetView blob) {
  auto in = BlobReader::open(blob, kReadingFormat);
  if (!in) return failure(in.error());
  const std::uint64_t count = in->number();
  if (count > in->rest() / kSmallestRegister) return failure(BlobFault::Malformed);
  std::vector<StoredRegister> out;
  out.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) {
    StoredRegister reg;
    reg.channel = in->signed_number();
    reg.value.mantissa = in->signed_number();
    reg.value.exponent = static_cast<std::int8_t>(in->octet());
    const auto unit = unit_of(in->octet());
    if (!in->ok() || !unit) return failure(BlobFault::Malformed);
    reg.unit = *unit;
    out.push_back(reg);
  }
  if (!in->ok() || in->rest() != 0) return failure(BlobFault::Malformed);
  return out;
}

}  // namespace metergate::blobs
