// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "protocols/dlms/security/cipher.hpp"
#include "protocols/dlms/security/invocation_counter.hpp"

namespace metergate::dlms {

/// What one party keeps for talking to one other: keys, titles, counters, and how well an APDU has
/// to be protected. The same on both sides of the wire.
struct ChannelSetup {
  CipheringKeys keys{};
  SystemTitle own{};
  std::optional<SystemTitle> peer{};  ///< nothing: not known before the association
  Protection sent = Protection::AuthenticatedEncrypted;
  Protection asked = Protection::AuthenticatedEncrypted;  ///< of what comes in, at least
  Wrapping wrapping = Wrapping::Global;                   ///< of what goes out
  SendCounter sending{};
  ReceiveCounter received{};
};

class SecureChannel {
 public:
  /// Keys are of the right lengths (`check_lengths`).
  explicit SecureChannel(ChannelSetup setup) : setup_{std::move(setup)} {}

  /// Ciphers with the next counter; NoCounter says that a block has to be reserved first.
  [[nodiscard]] Result<Octets, CipherFault> protect(OctetView plain);
  /// Deciphers, and takes the counter when the APDU is authentic. An APDU ciphered under the
  /// dedicated key is held against that key's own counters.
  [[nodiscard]] Result<Octets, CipherFault> unprotect(OctetView apdu);

  /// The first octet of what is in an authentic APDU, whatever its counter.
  [[nodiscard]] std::optional<std::uint8_t> service_within(OctetView apdu) const;

  [[nodiscard]] SendCounter& sending() { return setup_.sending; }
  [[nodiscard]] ReceiveCounter& received() { return setup_.received; }
  [[nodiscard]] const CipheringKeys& keys() const { return setup_.keys; }
  [[nodiscard]] const SystemTitle& own_title() const { return setup_.own; }
  [[nodiscard]] const std::optional<SystemTitle>& peer_title() const { return setup_.peer; }
  void set_peer_title(const SystemTitle& title) { setup_.peer = title; }
  [[nodiscard]] Wrapping wrapping() const { return setup_.wrapping; }
  void set_wrapping(Wrapping wrapping) { setup_.wrapping = wrapping; }
  /// A fresh random key of this association: its counters start at zero and need no disk.
  void set_dedicated_key(crypto::SecretOctets key);

 private:
  ChannelSetup setup_;
  SendCounter dedicated_sending_{};
  ReceiveCounter dedicated_received_{};
};

}  // namespace metergate::dlms
