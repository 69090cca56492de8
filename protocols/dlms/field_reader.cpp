// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/field_reader.hpp"

#include <algorithm>
#include <array>

#include "protocols/dlms/axdr.hpp"

namespace metergate::dlms {

void FieldReader::fail(DecodeFault::Reason reason, std::size_t octets_back) {
  if (!fault_) fault_ = DecodeFault{reason, in_.offset() - octets_back};
}

Octets FieldReader::octets() {
  if (fault_) return {};
  const auto read = read_octets(in_);
  if (!read) {
    fail(DecodeFault::Reason::BadLength);
    return {};
  }
  return {read->begin(), read->end()};
}

Data FieldReader::data() {
  if (fault_) return {};
  auto read = read_data(in_, limits_);
  if (!read) {
    fault_ = read.error();
    return {};
  }
  return std::move(*read);
}

cosem::ObisCode FieldReader::obis() {
  std::array<std::uint8_t, 6> groups{};
  std::generate(groups.begin(), groups.end(), [this] { return u8(); });
  return cosem::ObisCode{groups};
}

std::size_t FieldReader::count(std::size_t least) {
  if (fault_) return 0;
  const auto read = read_length(in_);
  if (!read || *read > in_.rest() / least) {
    fail(DecodeFault::Reason::BadLength);
    return 0;
  }
  if (*read > limits_.elements) {
    fail(DecodeFault::Reason::TooMany);
    return 0;
  }
  return *read;
}

bool FieldReader::second_of_two() {
  const std::uint8_t choice = u8();
  if (choice > 1) fail(DecodeFault::Reason::BadValue);
  return choice == 1;
}

}  // namespace metergate::dlms
