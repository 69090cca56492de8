// SPDX-License-Identifier: Apache-2.0
// Ciphered APDUs at a channel in the middle of an association: taken apart or refused, and none is
// taken for authentic that the other side did not send.
#include <cstdint>
#include <cstdlib>

#include "protocols/dlms/security/secure_channel.hpp"

namespace {

using namespace metergate;
using namespace metergate::dlms;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr SystemTitle kClient{{'M', 'T', 'G', 0, 0, 0, 0, 1}};
constexpr SystemTitle kMeter{{'M', 'T', 'G', 0, 0, 0, 0, 2}};

SecureChannel channel(const SystemTitle& own, const SystemTitle& peer, Protection asked) {
  ChannelSetup setup{.keys = {.unicast = crypto::SecretOctets{Octets(16, 3)},
                              .authentication = crypto::SecretOctets{Octets(16, 4)}},
                     .own = own,
                     .peer = peer,
                     .asked = asked,
                     .sending = SendCounter{40}};
  setup.sending.reserved(50);
  setup.keys.dedicated = crypto::SecretOctets{Octets(16, 5)};
  return SecureChannel{std::move(setup)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const OctetView octets{data, size};
  if (const auto parts = CipheredApdu::parse(octets)) {
    require(parts.value().content.size() < size);
    require(is_ciphered_tag(parts.value().tag));
  }
  // Nobody can guess a tag of 96 bits: what is authentic here was in the corpus, under these keys.
  SecureChannel meter = channel(kMeter, kClient, Protection::AuthenticatedEncrypted);
  const auto plain = meter.unprotect(octets);
  require(plain ? meter.received().last().has_value() || octets.front() != 0
                : !cipher_fault_text(plain.error()).empty());
  require(!meter.unprotect(octets) || octets.empty());

  SecureChannel lenient = channel(kMeter, kClient, Protection::Encrypted);
  if (const auto read = lenient.unprotect(octets)) require(!read.value().empty());

  // As a plain APDU on its way through two channels it comes out as it went in.
  SecureChannel client = channel(kClient, kMeter, Protection::AuthenticatedEncrypted);
  client.set_wrapping(size % 2 == 0 ? Wrapping::GeneralGlobal : Wrapping::Global);
  if (const auto sent = client.protect(octets)) {
    SecureChannel other = channel(kMeter, kClient, Protection::AuthenticatedEncrypted);
    const auto back = other.unprotect(sent.value());
    require(back &&
            std::equal(back.value().begin(), back.value().end(), octets.begin(), octets.end()));
    require(other.unprotect(sent.value()).error() == CipherFault::Replayed);
  }
  return 0;
}
