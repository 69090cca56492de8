// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/utrn_process.hpp"

namespace metergate::utrn {
namespace {

Result<Ptut, UtrnResult> read(const TokenDigits& digits) {
  const auto ptut = decode_utrn(digits);
  if (!ptut) {
    return failure(ptut.error() == UtrnFault::CheckDigit ? UtrnResult::WrongCheckDigit
                                                         : UtrnResult::Malformed);
  }
  if (ptut->sub_class != 0 || !ptut->top_up.minor_units()) {
    return failure(UtrnResult::UnknownSubClass);
  }
  return *ptut;
}

}  // namespace

UtrnResult UtrnProcess::process(const TokenDigits& digits, Keyed, const Credit& credit) {
  const auto ptut = read(digits);
  if (!ptut) return ptut.error();
  const auto counter = reconstruct_counter(cache_.highest(), ptut->truncated_counter);
  return counter ? decide(*ptut, *counter, credit) : UtrnResult::TooOld;
}

UtrnResult UtrnProcess::process(const TokenDigits& digits, Remote how, const Credit& credit) {
  const auto ptut = read(digits);
  if (!ptut) return ptut.error();
  if (how.counter.truncated() != ptut->truncated_counter) return UtrnResult::NotAuthentic;
  return decide(*ptut, how.counter, credit);
}

UtrnResult UtrnProcess::decide(const Ptut& ptut, UtrnCounter counter, const Credit& credit) {
  switch (cache_.judge(counter)) {
    case CounterCache::Verdict::Duplicate:
      return UtrnResult::Duplicate;
    case CounterCache::Verdict::TooOld:
    case CounterCache::Verdict::BelowFloor:
      return UtrnResult::TooOld;
    case CounterCache::Verdict::Acceptable:
      break;
  }
  if (!utrn_is_authentic(secret_, parties_, counter, ptut)) return UtrnResult::NotAuthentic;
  const UtrnResult result = credit(ptut.top_up.minor_units().value_or(0));
  if (result == UtrnResult::Accepted) cache_.take(counter);
  return result;
}

void UtrnProcess::change_supplier(crypto::SecretOctets secret, Eui64 originator,
                                  UtrnCounter floor) {
  secret_ = std::move(secret);
  parties_.originator = originator;
  cache_.change_supplier(floor);
}

}  // namespace metergate::utrn
