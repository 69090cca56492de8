// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gateway/links/dlms_meter_link.hpp"

namespace boost::asio {
class io_context;
}

namespace metergate {

/// Meters that connect to a port of ours and speak the wrapper of DLMS. Whoever comes is asked who
/// he is (DlmsGuest); a meter's connection is then used as if we had opened it, until it hangs up.
/// A meter that comes again takes the place of its older connection: that is dead, as a rule. All
/// on the loop thread.
class DlmsDialIn : public DlmsMeterLink {
 public:
  /// Connections of nobody known yet; one more is closed at once.
  static constexpr std::size_t kMostGuests = 64;
  /// Meters that are asked at the same time.
  static constexpr std::size_t kConcurrency = 64;

  DlmsDialIn(boost::asio::io_context& loop, std::string address, std::uint16_t port, Hooks hooks);
  ~DlmsDialIn() override;

  void name_meter(std::uint16_t number, DlmsMeterName name) override;
  void add_meter(std::uint16_t number, const dlms::SessionSettings& settings) override;
  void transact(WireRequest request, Completion done) override;
  [[nodiscard]] std::size_t concurrency() const override { return kConcurrency; }
  void stop() override;

  /// 0 while nothing listens.
  [[nodiscard]] std::uint16_t port() const;

 private:
  class Porter;
  std::shared_ptr<Porter> porter_;
};

}  // namespace metergate
