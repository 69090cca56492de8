// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <variant>

#include "protocols/iec62056_21/data_message.hpp"
#include "protocols/iec62056_21/opening.hpp"
#include "protocols/iec62056_21/parity.hpp"

/// Messages of a sign-on and of a readout, and octets off a line in any portions for an opening in
/// a state the first octet chooses: what decodes is written the same again, an opening never waits
/// without a deadline, and what it hands over can be read.
namespace {

using namespace metergate;
using namespace metergate::iec62056_21;

void require(bool holds) {
  if (!holds) std::abort();
}

template <typename Message>
void message(OctetView octets) {
  const auto decoded = Message::decode(octets);
  if (!decoded) return require(decoded.error().offset <= octets.size());
  const auto again = Message::decode(decoded->encode());
  require(again.has_value() && *again == *decoded);
}

void judge(const Opening& opening, const opening::Effects& effects) {
  require(opening.deadline().has_value() == (opening.state() != OpeningState::Idle));
  for (const auto& effect : effects) {
    if (const auto* out = std::get_if<opening::ReadOut>(&effect)) {
      require(!out->octets.empty());
      static_cast<void>(Readout::decode(out->octets));
    }
  }
}

Opening opening_in(unsigned state, Instant& now) {
  OpeningSettings settings;
  settings.purpose = state % 2 == 0 ? Purpose::Readout : Purpose::Hdlc;
  Opening opening{settings};
  static_cast<void>(opening.start(now));
  if (state < 2) return opening;
  constexpr std::string_view kLine = "/VMG5\\2sim\r\n";
  static_cast<void>(opening.received(with_parity(Octets{kLine.begin(), kLine.end()}), now));
  if (state < 4) return opening;
  now = opening.deadline().value_or(now);
  static_cast<void>(opening.time_passed(now));
  return opening;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const OctetView octets{data, size};
  message<RequestMessage>(octets);
  message<IdentificationMessage>(octets);
  message<OptionSelectMessage>(octets);
  message<DataMessage>(octets);
  if (size < 2) return 0;
  Instant now{std::chrono::hours{1}};
  Opening opening = opening_in(data[0] % 6U, now);
  const std::size_t portion = 1 + data[1] % 64U;
  // Most octets off a line have even parity; half of the inputs get it, so that they are read.
  const Octets with = with_parity(octets.subspan(2));
  OctetView rest = data[1] < 128 ? OctetView{with} : octets.subspan(2);
  while (!rest.empty()) {
    const auto length = std::min(portion, rest.size());
    judge(opening, opening.received(rest.first(length), now));
    now += std::chrono::milliseconds{data[0]};
    judge(opening, opening.time_passed(now));
    rest = rest.subspan(length);
  }
  for (int i = 0; i < 4 && opening.deadline(); ++i) {
    now = *opening.deadline();
    judge(opening, opening.time_passed(now));
  }
  require(opening.state() == OpeningState::Idle);
  return 0;
}
