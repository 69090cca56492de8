// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "gateway/links/dlms_wire.hpp"
#include "protocols/iec62056_21/opening.hpp"

namespace metergate {

/// Carries out a sign-on of IEC 62056-21 over an open serial wire. On the loop thread.
class SignOn {
 public:
  /// `Opened`, `ReadOut` or `Failed`; called once, never from inside a call, and not at all after
  /// this is gone.
  using Done = std::function<void(iec62056_21::opening::Effect)>;

  /// The wire outlives this and is at any speed; what comes over it is given to `received`.
  SignOn(boost::asio::io_context& loop, DlmsWire& wire, iec62056_21::OpeningSettings settings,
         Done done);
  ~SignOn();
  SignOn(const SignOn&) = delete;
  SignOn& operator=(const SignOn&) = delete;

  void start();
  void received(OctetView octets);

 private:
  class Runner;
  std::shared_ptr<Runner> runner_;
};

}  // namespace metergate
