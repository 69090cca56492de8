// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/collection/push_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace metergate::runtime {
namespace {

/// So many elements are named in one event; of the others how many there are.
constexpr std::size_t kMostNamed = 8;

std::string with_unsaid(std::string what, std::uint64_t unsaid) {
  return unsaid == 0 ? what : fmt::format("{} ({} more were not told)", what, unsaid);
}

}  // namespace

PushDesk::Rest PushDesk::take(MeterUnit& meter, OctetView apdu, dlms::PushProof proof, Now now) {
  using dlms::PushProof;
  if (proof == PushProof::Replayed || proof == PushProof::Undeciphered) {
    refuse(meter, std::string{proof_text(proof)}, now);
    return Rest::Nothing;
  }
  const auto pushed = meter.driver->pushed(apdu, meter.address, now);
  if (!pushed) {
    if (pushed.error().reason == PushUnread::Reason::BadShape) {
      refuse(meter, pushed.error().what, now);
    }
    return Rest::ToBeRead;
  }
  const std::string& expected = meter.expected_serial();
  if (!pushed->serial.empty() && !expected.empty() && pushed->serial != expected) {
    refuse(meter,
           fmt::format("it names serial number {}, {} is expected", pushed->serial, expected), now);
    return Rest::Nothing;
  }
  if (proof != PushProof::Sufficient) {
    if (pushed->has_values()) refuse(meter, std::string{proof_text(proof)}, now);
    return Rest::ToBeRead;
  }
  store(meter, *pushed, now);
  tell_left(meter, pushed->left, now);
  return pushed->has_values() && pushed->left.empty() ? Rest::Nothing : Rest::ToBeRead;
}

void PushDesk::store(MeterUnit& meter, const Pushed& pushed, Now now) {
  // First: they may tell of a new tenancy, to which the rest belongs then.
  if (!pushed.entries.empty()) data_.log_push(meter, pushed.entries, now);
  const auto& begins = meter.stored.tenancy_from;
  const bool is_of_tenancy = !begins || pushed.registers.read_at >= UtcTime{*begins};
  if (!pushed.registers.values.empty() && is_of_tenancy) data_.registers(meter, pushed.registers);
  if (!pushed.intervals.empty()) data_.profile_push(meter, pushed.intervals, now);
  if (!pushed.days.empty()) data_.daily_push(meter, pushed.days, now);
}

void PushDesk::refuse(const MeterUnit& meter, std::string what, Now now) {
  const auto unsaid = refused_.pass(meter.id().text(), now.instant);
  if (!unsaid) return;
  journal_.write(journal::kPushRefused, now.utc,
                 {{"meter", meter.id().text()}, {"what", with_unsaid(std::move(what), *unsaid)}});
}

void PushDesk::tell_left(const MeterUnit& meter, const std::vector<std::string>& left, Now now) {
  if (left.empty()) return;
  const auto unsaid = left_.pass(meter.id().text(), now.instant);
  if (!unsaid) return;
  const std::size_t named = std::min(left.size(), kMostNamed);
  const auto end = left.begin() + static_cast<std::ptrdiff_t>(named);
  std::string what = fmt::format("{}", fmt::join(left.begin(), end, "; "));
  if (left.size() > named) what += fmt::format("; and {} more", left.size() - named);
  journal_.write(journal::kPushPartlyStored, now.utc,
                 {{"meter", meter.id().text()}, {"what", with_unsaid(std::move(what), *unsaid)}});
}

}  // namespace metergate::runtime
