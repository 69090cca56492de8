// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/links/dlms_meter_link.hpp"
#include "protocols/dlms/client_session.hpp"

namespace metergate {

/// Somebody who dialled in with the wrapper of DLMS: which of our meters is it? He is asked as
/// public client for his serial number (0-0:96.1.0), then for his logical device name; what he
/// pushes meanwhile is looked at as well. A value machine; all it keeps and waits for has limits.
class DlmsGuest {
 public:
  using Instant = dlms::Instant;
  /// Which meter has this serial number, or this system title.
  struct Register {
    std::function<std::optional<std::uint16_t>(std::string_view serial)> by_serial;
    std::function<std::optional<std::uint16_t>(const dlms::SystemTitle& title)> by_title;
  };

  /// From the first octet to the end of the introduction.
  static constexpr std::chrono::seconds kWithin{30};
  static constexpr std::chrono::seconds kAnswerWithin{10};
  static constexpr std::size_t kMostPushes = 8;
  static constexpr std::size_t kMostOctets = 32'768;

  struct Write {
    Octets octets;
  };
  /// It is this meter: the connection is its own now, and what it pushed until then.
  struct Known {
    std::uint16_t meter = 0;
    Octets pushed;
  };
  struct TurnedAway {
    std::string why;
  };
  using Effect = std::variant<Write, Known, TurnedAway>;
  using Effects = std::vector<Effect>;

  explicit DlmsGuest(Register known);

  [[nodiscard]] Effects greet(Instant now);
  [[nodiscard]] Effects received(OctetView octets, Instant now);
  [[nodiscard]] Effects time_passed(Instant now);
  /// He hung up. Who pushed and left without an answer may have said who he is.
  [[nodiscard]] Effects hung_up();
  [[nodiscard]] std::optional<Instant> deadline() const;

 private:
  void ask(Instant now);
  void take(const dlms::WrapperPdu& pdu);
  void perform(const dlms::session::Effects& effects, Instant now);
  void take_answer(OctetView apdu, Instant now);
  void recognise(const std::string& said);
  void end();
  void turn_away(std::string why);

  Register known_;
  dlms::ClientSession session_;
  dlms::WrapperStream stream_;
  std::optional<Instant> until_;
  std::size_t question_ = 0;
  std::size_t octets_ = 0;
  std::size_t pushes_ = 0;
  Octets pushed_;
  std::optional<std::uint16_t> meter_;
  std::string said_;
  bool over_ = false;
  Effects effects_;
};

}  // namespace metergate
