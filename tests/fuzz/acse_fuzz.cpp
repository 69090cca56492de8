// SPDX-License-Identifier: Apache-2.0
// APDUs of association control: read or refused, and what is read can be made again and means the
// same.
#include <cstdint>
#include <cstdlib>

#include "protocols/dlms/acse/aare.hpp"
#include "protocols/dlms/acse/aarq.hpp"
#include "protocols/dlms/acse/initiate.hpp"
#include "protocols/dlms/acse/release.hpp"

namespace {

using namespace metergate;

void require(bool holds) {
  if (!holds) std::abort();
}

template <typename Apdu>
bool try_apdu(OctetView octets) {
  const auto read = Apdu::decode(octets);
  if (!read) {
    require(!read.error().text().empty());
    return false;
  }
  const auto again = Apdu::decode(read.value().encode());
  require(again.has_value() && again.value() == read.value());
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const OctetView octets{data, size};
  int kinds = 0;
  kinds += try_apdu<dlms::Aarq>(octets) ? 1 : 0;
  kinds += try_apdu<dlms::Aare>(octets) ? 1 : 0;
  kinds += try_apdu<dlms::Release>(octets) ? 1 : 0;
  kinds += try_apdu<dlms::InitiateRequest>(octets) ? 1 : 0;
  kinds += try_apdu<dlms::InitiateResponse>(octets) ? 1 : 0;
  static_cast<void>(dlms::decode_initiate_answer(octets));
  require(kinds <= 1);
  return 0;
}
