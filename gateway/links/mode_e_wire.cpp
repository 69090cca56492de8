// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/mode_e_wire.hpp"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "gateway/links/sign_on.hpp"

namespace metergate {
namespace {

namespace opening = iec62056_21::opening;

/// 1.5 s of the meter's (IEC 62056-21, 6.2.1), and what adapters add.
constexpr std::chrono::milliseconds kAnswer{2'000};

class ModeEWire : public DlmsWire {
 public:
  ModeEWire(boost::asio::io_context& loop, const DlmsSerial& way, std::string device_address,
            Handlers handlers)
      : loop_{loop}, handlers_{std::move(handlers)} {
    settings_.purpose = iec62056_21::Purpose::Hdlc;
    settings_.device_address = std::move(device_address);
    settings_.opening_baud = way.opening_baud.value_or(iec62056_21::kUsualOpeningBaud);
    settings_.greatest_baud = way.baud;
    settings_.answer_timeout = kAnswer;
    port_ = DlmsWire::make(loop, DlmsSerial{way.device, settings_.opening_baud},
                           {[this](const std::string& why) { port_opened(why); },
                            [this](OctetView octets) { received(octets); },
                            [this](const std::string& why) { tell(handlers_.lost, why); }});
  }

  void open() override { port_->open(); }
  void write(Octets octets) override { port_->write(std::move(octets)); }
  void hand_over(Handlers handlers) override { handlers_ = std::move(handlers); }
  void close() override {
    sign_on_.reset();
    port_->close();
  }

 private:
  /// Whoever is told may let go of this wire, and of the handler with it.
  template <typename What>
  static void tell(std::function<void(What)> handler, What what) {
    handler(std::move(what));
  }

  void port_opened(const std::string& why) {
    if (!why.empty()) return tell(handlers_.opened, why);
    sign_on_.emplace(loop_, *port_, settings_, [this](opening::Effect effect) {
      sign_on_.reset();
      const auto* failed = std::get_if<opening::Failed>(&effect);
      if (failed == nullptr) return tell(handlers_.opened, std::string{});
      const bool silent = failed->reason == opening::Failed::Reason::NoAnswer;
      tell(handlers_.unopened,
           LinkFault{silent ? LinkFault::Reason::NoAnswer : LinkFault::Reason::BadFrame,
                     failed->what});
    });
    sign_on_->start();
  }

  void received(OctetView octets) {
    if (sign_on_) return sign_on_->received(octets);
    handlers_.received(octets);
  }

  boost::asio::io_context& loop_;
  Handlers handlers_;
  iec62056_21::OpeningSettings settings_;
  std::unique_ptr<DlmsWire> port_;
  std::optional<SignOn> sign_on_;  ///< until the meter is opened; it uses the port
};

}  // namespace

std::unique_ptr<DlmsWire> make_mode_e_wire(boost::asio::io_context& loop, const DlmsSerial& way,
                                           std::string device_address,
                                           DlmsWire::Handlers handlers) {
  return std::make_unique<ModeEWire>(loop, way, std::move(device_address), std::move(handlers));
}

}  // namespace metergate
