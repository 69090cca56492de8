// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/sta.hpp"

#include <algorithm>
#include <bit>

namespace metergate::sts {
namespace {

constexpr int kRounds = 16;
constexpr int kKeyTurn = 12;
constexpr unsigned kNibbles = 16;

/// out[in[i]] = i; false unless `in` holds each index once.
template <typename Table>
bool invert(const Table& in, Table& out) {
  std::array<bool, std::tuple_size_v<Table>> seen{};
  for (std::size_t at = 0; at < in.size(); ++at) {
    if (in[at] >= in.size() || seen[in[at]]) return false;
    seen[in[at]] = true;
    out[in[at]] = static_cast<std::uint8_t>(at);
  }
  return true;
}

/// Each nibble through `one` where its key bit is set, else through `zero`.
std::uint64_t substitute(std::uint64_t block, std::uint64_t key, unsigned key_bit,
                         const StaTables::Substitution& one, const StaTables::Substitution& zero) {
  std::uint64_t out = 0;
  for (unsigned nibble = 0; nibble < kNibbles; ++nibble) {
    const unsigned shift = 4 * nibble;
    const auto& table = ((key >> (shift + key_bit)) & 1U) != 0 ? one : zero;
    out |= std::uint64_t{table[(block >> shift) & 0xFU]} << shift;
  }
  return out;
}

std::uint64_t permute(std::uint64_t block, const StaTables::Permutation& permutation) {
  std::uint64_t out = 0;
  for (std::size_t bit = 0; bit < permutation.size(); ++bit) {
    out |= ((block >> bit) & 1U) << permutation[bit];
  }
  return out;
}

}  // namespace

StaTables::StaTables(const Substitution& s1, const Substitution& s2, const Permutation& permutation)
    : s1_{s1}, s2_{s2}, permutation_{permutation} {}

Result<StaTables, FieldFault> StaTables::of(const Substitution& s1, const Substitution& s2,
                                            const Permutation& permutation) {
  StaTables tables{s1, s2, permutation};
  constexpr std::string_view kEachOnce = "each number from 0 once";
  if (!invert(s1, tables.s1_inverse_)) return failure(FieldFault{"STA S1", "table", kEachOnce});
  if (!invert(s2, tables.s2_inverse_)) return failure(FieldFault{"STA S2", "table", kEachOnce});
  if (!invert(permutation, tables.permutation_inverse_)) {
    return failure(FieldFault{"STA P", "table", kEachOnce});
  }
  return tables;
}

Result<StaTables, FieldFault> StaTables::of_octets(OctetView octets) {
  Substitution s1{};
  Substitution s2{};
  Permutation permutation{};
  if (octets.size() != s1.size() + s2.size() + permutation.size()) {
    return failure(FieldFault{"STA tables", std::to_string(octets.size()) + " octets",
                              "96: S1 16, S2 16, P 64"});
  }
  std::ranges::copy(octets.first(s1.size()), s1.begin());
  std::ranges::copy(octets.subspan(s1.size(), s2.size()), s2.begin());
  std::ranges::copy(octets.last(permutation.size()), permutation.begin());
  return of(s1, s2, permutation);
}

const StaTables& StaTables::sample() {
  static const StaTables tables =
      of({12, 10, 8, 4, 3, 15, 0, 2, 14, 1, 5, 13, 6, 9, 7, 11},
         {6, 9, 7, 4, 3, 10, 12, 14, 2, 13, 1, 15, 0, 11, 8, 5},
         {29, 27, 34, 9,  16, 62, 55, 2,  40, 49, 38, 25, 33, 61, 30, 23, 1,  41, 21, 57, 42, 15,
          5,  58, 19, 53, 22, 17, 48, 28, 24, 39, 3,  60, 36, 14, 11, 52, 54, 12, 31, 51, 10, 26,
          0,  45, 37, 43, 44, 6,  59, 4,  7,  35, 56, 50, 13, 18, 32, 47, 46, 63, 20, 8})
          .value();
  return tables;
}

std::uint64_t sta_encrypt(const StaTables& tables, std::uint64_t key, std::uint64_t block) {
  std::uint64_t round_key = std::rotr(~key, kKeyTurn);
  for (int round = 0; round < kRounds; ++round) {
    block = substitute(block, round_key, 3, tables.s2(), tables.s1());
    block = permute(block, tables.permutation());
    round_key = std::rotl(round_key, 1);
  }
  return block;
}

std::uint64_t sta_decrypt(const StaTables& tables, std::uint64_t key, std::uint64_t block) {
  for (int round = 0; round < kRounds; ++round) {
    block = permute(block, tables.permutation_inverse());
    block = substitute(block, key, 0, tables.s1_inverse(), tables.s2_inverse());
    key = std::rotr(key, 1);
  }
  return block;
}

}  // namespace metergate::sts
