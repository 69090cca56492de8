// SPDX-License-Identifier: Apache-2.0
// Bodies of commands as they are put into the form that is signed, and their proofs.
#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/north/body_reader.hpp"
#include "gateway/north/signed_body.hpp"

using namespace metergate;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const north::CommandPlace place{"site-1", "m1", "issue-token"};
  const auto body = north::parse_body({reinterpret_cast<const char*>(data), size}, north::Limits{});
  if (!body) return 0;
  const auto proof = north::read_proof(place, *body);
  if (!proof) {
    check(proof.error().reason != Reason::None && !proof.error().expected.empty());
  } else if (proof->signature || proof->approval) {
    check(proof->signed_octets == *north::signed_octets(place, *body));
  }
  const auto text = north::canonical_json(*body);
  if (!text) {
    check(!text.error().field.empty());
    return 0;
  }
  // The same value, written the same way again.
  const auto again = north::parse_body(*text, {.max_payload_octets = text->size()});
  check(again.has_value() && *again == *body);
  check(*north::canonical_json(*again) == *text);
  return 0;
}
