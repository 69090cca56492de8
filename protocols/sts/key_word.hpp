// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace metergate::sts {

/// 32 bits of a decoder key on their way to a meter. No formatter; overwritten when dropped.
class KeyWord {
 public:
  KeyWord() = default;
  explicit constexpr KeyWord(std::uint32_t word) : word_{word} {}
  KeyWord(const KeyWord&) = default;
  KeyWord& operator=(const KeyWord&) = default;
  ~KeyWord() { static_cast<volatile std::uint32_t&>(word_) = 0; }

  [[nodiscard]] std::uint32_t reveal() const { return word_; }
  friend bool operator==(const KeyWord&, const KeyWord&) = default;

 private:
  std::uint32_t word_ = 0;
};

}  // namespace metergate::sts
