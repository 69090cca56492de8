// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/misty1.hpp"

#include <array>
#include <utility>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/sts/misty1_tables.hpp"

namespace metergate::sts {
namespace {

using Word = std::uint16_t;
constexpr std::size_t kWords = 8;
constexpr unsigned kRounds = 8;

Word fi(Word in, Word key) {
  unsigned nine = in >> 7U;
  unsigned seven = in & 0x7FU;
  nine = kMisty1S9[nine] ^ seven;
  seven = kMisty1S7[seven] ^ (nine & 0x7FU);
  seven ^= static_cast<unsigned>(key) >> 9U;
  nine ^= key & 0x1FFU;
  nine = kMisty1S9[nine] ^ seven;
  return static_cast<Word>((seven << 9U) | nine);
}

Word both(Word a, Word b) { return static_cast<Word>(a & b); }
Word either(Word a, Word b) { return static_cast<Word>(a | b); }
Word mixed(Word a, Word b) { return static_cast<Word>(a ^ b); }

/// Two words of a half block, `high` first.
struct Half {
  Word high;
  Word low;

  void operator^=(Half other) {
    high = mixed(high, other.high);
    low = mixed(low, other.low);
  }
};

/// The expanded key: EK[0..7] are the key's words, EK[8..15] their FI images. Wiped when dropped.
class KeySchedule {
 public:
  explicit KeySchedule(Misty1Key key) {
    for (std::size_t i = 0; i < kWords; ++i) {
      words_[i] = static_cast<Word>((key[2 * i] << 8U) | key[2 * i + 1]);
    }
    for (std::size_t i = 0; i < kWords; ++i) {
      words_[kWords + i] = fi(words_[i], words_[(i + 1) % kWords]);
    }
  }
  KeySchedule(const KeySchedule&) = delete;
  KeySchedule& operator=(const KeySchedule&) = delete;
  ~KeySchedule() { crypto::wipe({reinterpret_cast<std::uint8_t*>(words_.data()), sizeof words_}); }

  [[nodiscard]] Half fo(Half in, unsigned round) const {
    Word a = in.high;
    Word b = in.low;
    a = mixed(fi(mixed(a, key(round)), image(round + 5)), b);
    b = mixed(fi(mixed(b, key(round + 2)), image(round + 1)), a);
    a = mixed(fi(mixed(a, key(round + 7)), image(round + 3)), b);
    b = mixed(b, key(round + 4));
    return {b, a};
  }

  [[nodiscard]] Half fl(Half in, unsigned round) const {
    const auto [p, q] = fl_keys(round);
    in.low = mixed(in.low, both(in.high, p));
    in.high = mixed(in.high, either(in.low, q));
    return in;
  }

  [[nodiscard]] Half fl_undone(Half in, unsigned round) const {
    const auto [p, q] = fl_keys(round);
    in.high = mixed(in.high, either(in.low, q));
    in.low = mixed(in.low, both(in.high, p));
    return in;
  }

 private:
  [[nodiscard]] Word key(unsigned index) const { return words_[index % kWords]; }
  [[nodiscard]] Word image(unsigned index) const { return words_[kWords + index % kWords]; }
  [[nodiscard]] std::pair<Word, Word> fl_keys(unsigned round) const {
    const unsigned half = round / 2;
    if (round % 2 == 0) return {key(half), image(half + 6)};
    return {image(half + 2), key(half + 4)};
  }

  std::array<Word, 2 * kWords> words_{};
};

Half upper(std::uint64_t block) {
  return {static_cast<Word>(block >> 48U), static_cast<Word>(block >> 32U)};
}
Half lower(std::uint64_t block) {
  return {static_cast<Word>(block >> 16U), static_cast<Word>(block)};
}
std::uint64_t joined(Half a, Half b) {
  return (std::uint64_t{a.high} << 48U) | (std::uint64_t{a.low} << 32U) |
         (std::uint64_t{b.high} << 16U) | b.low;
}

}  // namespace

std::uint64_t misty1_encrypt(Misty1Key key, std::uint64_t block) {
  const KeySchedule schedule{key};
  Half left = upper(block);
  Half right = lower(block);
  for (unsigned round = 0; round < kRounds; round += 2) {
    left = schedule.fl(left, round);
    right = schedule.fl(right, round + 1);
    right ^= schedule.fo(left, round);
    left ^= schedule.fo(right, round + 1);
  }
  return joined(schedule.fl(right, kRounds + 1), schedule.fl(left, kRounds));
}

std::uint64_t misty1_decrypt(Misty1Key key, std::uint64_t block) {
  const KeySchedule schedule{key};
  Half right = schedule.fl_undone(upper(block), kRounds + 1);
  Half left = schedule.fl_undone(lower(block), kRounds);
  for (unsigned round = kRounds; round > 0;) {
    round -= 2;
    left ^= schedule.fo(right, round + 1);
    right ^= schedule.fo(left, round);
    left = schedule.fl_undone(left, round);
    right = schedule.fl_undone(right, round + 1);
  }
  return joined(left, right);
}

}  // namespace metergate::sts
