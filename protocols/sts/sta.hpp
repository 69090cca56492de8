// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "protocols/field_fault.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"
#include "protocols/sts/decoder_key.hpp"

namespace metergate::sts {

/// The substitution and permutation tables of EA 07. Those in use are given by the STS Association
/// to its members, so they come from the operator's key material; the sample set printed in
/// IEC 62055-41 is for tests and virtual meters. Like keys, tables have no formatter.
class StaTables {
 public:
  using Substitution = std::array<std::uint8_t, 16>;
  using Permutation = std::array<std::uint8_t, 64>;

  /// Fault: a substitution that is no permutation of 0..15, a permutation not of 0..63.
  [[nodiscard]] static Result<StaTables, FieldFault> of(const Substitution& s1,
                                                        const Substitution& s2,
                                                        const Permutation& permutation);
  /// S1, S2 and P one after the other, an octet each: 96.
  [[nodiscard]] static Result<StaTables, FieldFault> of_octets(OctetView octets);
  [[nodiscard]] static const StaTables& sample();

  [[nodiscard]] const Substitution& s1() const { return s1_; }
  [[nodiscard]] const Substitution& s2() const { return s2_; }
  [[nodiscard]] const Substitution& s1_inverse() const { return s1_inverse_; }
  [[nodiscard]] const Substitution& s2_inverse() const { return s2_inverse_; }
  [[nodiscard]] const Permutation& permutation() const { return permutation_; }
  [[nodiscard]] const Permutation& permutation_inverse() const { return permutation_inverse_; }

 private:
  StaTables(const Substitution& s1, const Substitution& s2, const Permutation& permutation);
  Substitution s1_, s2_, s1_inverse_{}, s2_inverse_{};
  Permutation permutation_, permutation_inverse_{};
};

/// EA 07 (IEC 62055-41 6.5.4): 16 rounds of substitution by nibbles, the table chosen by a key bit,
/// and permutation of 64 bits. The key has 64 bits, most significant octet first.
[[nodiscard]] std::uint64_t sta_encrypt(const StaTables& tables, std::uint64_t key,
                                        std::uint64_t block);
[[nodiscard]] std::uint64_t sta_decrypt(const StaTables& tables, std::uint64_t key,
                                        std::uint64_t block);

}  // namespace metergate::sts
