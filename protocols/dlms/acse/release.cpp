// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/acse/release.hpp"

#include "protocols/dlms/acse/fields.hpp"

namespace metergate::dlms {
namespace {

constexpr std::uint8_t kReason = 0x80;

Result<Release, AcseFault> read_fields(ber::Reader in, Release release) {
  while (!in.at_end()) {
    const auto field = in.next();
    if (!field) return failure(field.error());
    if (field.value().tag == kReason) {
      if (field.value().contents.size() != 1) {
        return failure(AcseFault{"reason", field.value().contents_offset, "one octet"});
      }
      release.reason = field.value().contents.front();
    } else if (field.value().tag == acse::kUserInformation) {
      auto information = acse::read_user_information(field.value());
      if (!information) return failure(information.error());
      release.user_information = std::move(information).value();
    }
  }
  return release;
}

}  // namespace

Octets Release::encode() const {
  ByteWriter out;
  if (reason) ber::write(out, kReason, OctetView{&*reason, 1});
  acse::write_user_information(out, user_information);
  return acse::wrap_apdu(static_cast<std::uint8_t>(kind), out.take());
}

Result<Release, AcseFault> Release::decode(OctetView apdu) {
  constexpr auto kRequestTag = static_cast<std::uint8_t>(Kind::Request);
  constexpr auto kResponseTag = static_cast<std::uint8_t>(Kind::Response);
  if (apdu.empty() || (apdu.front() != kRequestTag && apdu.front() != kResponseTag)) {
    return failure(AcseFault{"RLRQ or RLRE", 0, "of tag 62 or 63"});
  }
  Release release{.kind = static_cast<Kind>(apdu.front())};
  const auto outer = acse::read_apdu(apdu, apdu.front(), "RLRQ or RLRE");
  if (!outer && release.kind == Kind::Response) return release;
  if (!outer) return failure(outer.error());
  auto read = read_fields(ber::Reader{outer.value()}, release);
  if (!read && release.kind == Kind::Response) return release;
  return read;
}

}  // namespace metergate::dlms
