// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/long_service.hpp"
#include "protocols/dlms/selective_access.hpp"
#include "protocols/dlms/wrapper.hpp"

/// Any octets as an APDU, as the answer to a long request, and as a stream of wrapper PDUs.
namespace {

using namespace metergate;
using namespace metergate::dlms;

void require(bool holds) {
  if (!holds) std::abort();
}

void as_apdu(OctetView octets) {
  const auto apdu = decode_apdu(octets, {16, 20'000});
  if (!apdu) return;
  const Octets written = encode_apdu(*apdu);
  const auto again = decode_apdu(written, {16, 20'000});
  require(again.has_value() && encode_apdu(*again) == written);
  if (const auto* get = std::get_if<GetRequest>(&*apdu); get != nullptr && get->attribute.access) {
    static_cast<void>(range_of(*get->attribute.access));
    static_cast<void>(entries_of(*get->attribute.access));
  }
}

void as_answers(OctetView octets) {
  LongService service{64, 4096};
  const Octets long_value(500, 0x41);
  const Octets request =
      encode_apdu(SetRequest{invoke_id(1), {1, {}, 2, {}}, OctetString{long_value}});
  LongService::Step step = service.begin(request);
  while (!octets.empty() && std::holds_alternative<LongService::Send>(step)) {
    const std::size_t length = 1U + octets[0] % 80U;
    octets = octets.subspan(1);
    const OctetView one = octets.first(length < octets.size() ? length : octets.size());
    step = service.take(one);
    octets = octets.subspan(one.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const OctetView octets{data, size};
  as_apdu(octets);
  as_answers(octets);
  WrapperStream stream{4096};
  for (const WrapperPdu& pdu : stream.take(octets)) {
    require(pdu.apdu.size() <= 4096);
    as_apdu(pdu.apdu);
  }
  return 0;
}
