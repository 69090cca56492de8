// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "gateway/links/dlms_guest.hpp"

/// Whatever somebody sends who dialled in: he is known or turned away once, in time, and no more
/// is kept of him than is allowed.
namespace {

using namespace metergate;

void require(bool holds) {
  if (!holds) std::abort();
}

DlmsGuest::Register directory() {
  return {[](std::string_view serial) -> std::optional<std::uint16_t> {
            return serial == "S1" ? std::optional<std::uint16_t>{1} : std::nullopt;
          },
          [](const dlms::SystemTitle& title) -> std::optional<std::uint16_t> {
            return title == dlms::SystemTitle{} ? std::optional<std::uint16_t>{2} : std::nullopt;
          }};
}

class Watcher {
 public:
  void watch(const DlmsGuest::Effects& effects) {
    for (const DlmsGuest::Effect& effect : effects) {
      require(!ended_);
      if (const auto* known = std::get_if<DlmsGuest::Known>(&effect)) {
        ended_ = true;
        require(known->pushed.size() <= DlmsGuest::kMostOctets);
      } else if (std::holds_alternative<DlmsGuest::TurnedAway>(effect)) {
        ended_ = true;
      }
    }
  }
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  bool ended_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const bool in_pdus = (data[0] & 1U) != 0;
  const bool hangs_up = (data[0] & 2U) != 0;
  DlmsGuest guest{directory()};
  Watcher watcher;
  DlmsGuest::Instant now{};
  watcher.watch(guest.greet(now));
  OctetView rest{data + 1, size - 1};
  while (!rest.empty()) {
    const std::size_t length = std::min<std::size_t>(rest[0] % 120U, rest.size() - 1);
    const OctetView part = rest.subspan(1, length);
    rest = rest.subspan(1 + length);
    if (part.empty()) {
      // Time passes where nothing comes.
      if (const auto deadline = guest.deadline()) now = std::max(now, *deadline);
      watcher.watch(guest.time_passed(now));
    } else if (in_pdus) {
      watcher.watch(
          guest.received(dlms::encode_wrapper({1, 16, Octets(part.begin(), part.end())}), now));
    } else {
      watcher.watch(guest.received(part, now));
    }
  }
  if (hangs_up) watcher.watch(guest.hung_up());
  for (int steps = 0; !watcher.ended(); ++steps) {
    require(steps < 100 && guest.deadline().has_value());
    now = std::max(now, *guest.deadline());
    require(now <= DlmsGuest::Instant{} + DlmsGuest::kWithin);
    watcher.watch(guest.time_passed(now));
  }
  require(!guest.deadline());
  return 0;
}
