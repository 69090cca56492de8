// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/transfer_amount.hpp"

#include "protocols/sts/floating_code.hpp"

namespace metergate::sts {
namespace {

constexpr unsigned kMaxExponent = 3;

}  // namespace

Result<TransferAmount, FieldFault> TransferAmount::from_units(std::uint64_t units) {
  const auto code = floating_code(units, kMaxExponent, Rounding::Up);
  if (!code) {
    return failure(FieldFault{"amount", std::to_string(units), "at most 18201624 units"});
  }
  return TransferAmount{static_cast<std::uint16_t>(*code)};
}

std::uint64_t TransferAmount::units() const {
  return static_cast<std::uint64_t>(floating_value(code_));
}

}  // namespace metergate::sts
