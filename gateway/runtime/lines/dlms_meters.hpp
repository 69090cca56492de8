// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "config/dlms_secrets.hpp"
#include "config/schema.hpp"
#include "gateway/journal/journal.hpp"
#include "gateway/journal/once_in_a_while.hpp"
#include "gateway/links/dlms_meter_link.hpp"
#include "gateway/runtime/clock.hpp"
#include "gateway/runtime/ledger_keeper.hpp"

namespace metergate::runtime {

/// A session with a meter of a DLMS line, out of what the operator wrote, what only the meter and
/// we know, and where its invocation counters end on disk.
[[nodiscard]] dlms::SessionSettings dlms_session(const config::Line& line,
                                                 const config::Meter& meter,
                                                 const config::DlmsSecrets& secrets,
                                                 std::uint32_t counter_end);

/// What meters on DLMS lines need besides having their requests carried: their secrets, invocation
/// counters that are on disk before they are used, and somebody who tells when one refuses us.
class DlmsMeters {
 public:
  using ReadSecrets = std::function<Result<config::DlmsSecrets, std::string>(const config::Meter&)>;

  /// What becomes of what meters do by themselves.
  struct Heard {
    /// A meter that dials in is there, or has gone.
    std::function<void(MeterKey, bool here, const std::string& why)> present;
    /// It says that something has happened: an APDU, plain where it could be deciphered.
    std::function<void(MeterKey, OctetView apdu, dlms::PushProof proof)> told;
  };

  DlmsMeters(LedgerKeeper& keeper, journal::Journal& journal, const Clock& clock,
             ReadSecrets read_secrets, Heard heard);

  /// For the link of that line; it may be called as long as this lives.
  [[nodiscard]] DlmsMeterLink::Hooks hooks(
      const std::string& line, std::function<void(bool up, std::string why)> state_changed);
  void line_added(const std::string& line, DlmsMeterLink& link) { links_[line] = &link; }

  /// False, and journalled, when its secrets cannot be read: it is left out.
  [[nodiscard]] bool add(const config::Line& line, const config::Meter& meter, MeterKey key);
  /// It answers (again): a later refusal is news.
  void came_online(const config::Meter& meter);

 private:
  /// Line and number there.
  using Seat = std::pair<std::string, std::uint16_t>;
  struct Known {
    MeterKey key = 0;
    std::string id;
    std::string refused;  ///< why it was last, since it answered; told once
  };

  [[nodiscard]] bool reserve(const Seat& seat, std::uint32_t end);
  void refused(const Seat& seat, const std::string& what);
  void told(const Seat& seat, OctetView apdu, dlms::PushProof proof);
  void stranger(const std::string& line, const std::string& peer, const std::string& what);

  LedgerKeeper& keeper_;
  journal::Journal& journal_;
  const Clock& clock_;
  ReadSecrets read_secrets_;
  Heard heard_;
  journal::OnceInAWhile strangers_{std::chrono::minutes{1}};
  journal::OnceInAWhile said_{std::chrono::minutes{1}};
  std::map<std::string, DlmsMeterLink*> links_;  ///< each owned by the runner of its line
  std::map<Seat, Known> meters_;
};

}  // namespace metergate::runtime
