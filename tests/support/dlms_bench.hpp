// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "gateway/drivers/driver.hpp"
#include "gateway/sim/dlms/model_objects.hpp"
#include "gateway/sim/dlms/server.hpp"
#include "protocols/crypto/random.hpp"
#include "protocols/dlms/client_session.hpp"
#include "protocols/hdlc/server_link.hpp"

/// A client session and the virtual meter's server with a wire between them that takes no time:
/// the wrapper, or HDLC with the meter's link at the other end.
namespace metergate::sim {

inline Octets bench_random(std::size_t count) {
  Octets out(count);
  crypto::fill_random(out);
  return out;
}
inline Octets bench_challenge() { return bench_random(16); }

struct BenchOptions {
  DlmsSecurity security = DlmsSecurity::None;
  dlms::Carrier carrier = dlms::Carrier::Wrapper;
  dlms::Ciphering ciphering = dlms::Ciphering::Global;  ///< with Gmac
  hdlc::LinkParameters link{};
  std::uint16_t meter_pdu = 1024;
  const model::MeterModel* meter_model = nullptr;  ///< that the meter shows; none: its own
  DlmsAssociation::ChallengeMaker challenge = bench_challenge;
  std::uint8_t block_window = 0;  ///< general blocks at a time; 0: none

  [[nodiscard]] std::uint16_t client() const {
    const bool has_own = meter_model != nullptr && meter_model->dlms.access;
    return has_own ? meter_model->dlms.access->client : kDlmsManagementClient;
  }
};

class DlmsBench {
 public:
  DlmsBench(virtual_meter::VirtualMeter& meter, UtcSeconds utc, const BenchOptions& options)
      : meter_{meter},
        utc_{utc},
        setup_{dlms_setup(meter.settings().serial, options.security, options.client())},
        settings_{session_settings(options, setup_, meter.settings().serial)} {
    setup_.max_pdu = options.meter_pdu;
    if (options.meter_model != nullptr) {
      setup_.objects = objects_of_model(*options.meter_model);
      setup_.token_encoding = options.meter_model->dlms.token_encoding;
    }
    counters_.keep = [](std::uint32_t, std::optional<std::uint32_t>) { return true; };
    server_ = std::make_unique<DlmsServer>(setup_, counters_, options.challenge);
    hdlc::ServerSettings server;
    server.offer = options.link;
    link_.emplace(server);
    session_.emplace(settings_);
  }

  static dlms::SessionSettings session_settings(const BenchOptions& options, const DlmsSetup& setup,
                                                const SerialNumber& serial) {
    dlms::SessionSettings out;
    out.carrier = options.carrier;
    out.client_port = options.client();
    out.link.client = hdlc::client_address(options.client());
    out.link.offer = options.link;
    out.association.random = bench_random;
    if (options.block_window > 0) {
      out.association.proposed = dlms::kConformanceWithGeneralBlocks;
      out.association.block_window = options.block_window;
    }
    if (options.security == DlmsSecurity::LowLevel) {
      const std::string password = dlms_password(serial);
      out.association.mechanism = dlms::AuthenticationMechanism::LowLevel;
      out.association.secret = crypto::SecretOctets{Octets(password.begin(), password.end())};
    }
    const auto signing = dlms_client_signing(serial, options.security);
    if (signing || options.security == DlmsSecurity::Gmac) {
      out.association.mechanism = signing ? dlms::AuthenticationMechanism::HighLevelEcdsa
                                          : dlms::AuthenticationMechanism::HighLevelGmac;
      out.association.signing = signing;
      out.association.ciphering = options.ciphering;
      dlms::ChannelSetup channel;
      channel.keys = setup.keys;
      channel.own = *dlms::SystemTitle::from(Octets{'M', 'G', 'T', 0, 0, 0, 0, 1});
      out.association.security = channel;
      out.counter_object = cosem::invocation_counter_object(0);
    }
    return out;
  }

  /// Carries an operation to its end.
  OperationResult run(const Driver& driver, const operation::Operation& operation) {
    const auto exchange = driver.start(operation, {}, Pace::Full);
    DriverStep step = exchange->begin(now());
    for (int requests = 0; requests < 10'000; ++requests) {
      if (auto* finished = std::get_if<Finished>(&step)) return std::move(finished->result);
      if (const auto* pause = std::get_if<Pause>(&step)) {
        instant_ += pause->length;
        utc_ += std::chrono::ceil<std::chrono::seconds>(pause->length);
        meter_.advance(utc_);
        step = exchange->resume(now());
        continue;
      }
      step = exchange->answered(ask(std::get<Transact>(step).request.octets), now());
    }
    throw std::runtime_error{"an operation that does not end"};
  }

  WireResult ask(const Octets& request) {
    outcome_.reset();
    perform(session_->ask(request, instant_));
    while (!outcome_) {
      const auto deadline = session_->deadline();
      if (!deadline) throw std::runtime_error{"a session that waits for ever"};
      instant_ = *deadline;
      perform(session_->time_passed(instant_));
    }
    return *std::exchange(outcome_, {});
  }

  void close() { perform(session_->close(instant_)); }
  /// For the client alone; its session stays as it is.
  void let_pass(std::chrono::seconds time) { instant_ += time; }

  [[nodiscard]] dlms::ClientSession& session() { return *session_; }
  [[nodiscard]] DlmsServer& server() { return *server_; }
  [[nodiscard]] std::uint32_t reserved() const { return reserved_; }
  [[nodiscard]] std::size_t general_blocks_sent() const { return blocks_sent_; }
  [[nodiscard]] std::size_t octets_carried() const { return carried_; }
  [[nodiscard]] dlms::SessionSettings& settings() { return settings_; }
  /// A new client, as after a restart, with the settings as they are now.
  void restart() { session_.emplace(settings_); }
  bool meter_is_silent = false;

 private:
  [[nodiscard]] Now now() const { return {instant_, UtcTime{utc_}}; }

  void perform(const dlms::session::Effects& effects) {
    for (const auto& effect : effects) {
      if (const auto* write = std::get_if<dlms::session::Write>(&effect)) {
        carried_ += write->octets.size();
        if (!meter_is_silent) to_meter(write->octets);
      } else if (const auto* reserve = std::get_if<dlms::session::ReserveCounters>(&effect)) {
        reserved_ = reserve->end;
      } else if (const auto* answered = std::get_if<dlms::session::Answered>(&effect)) {
        outcome_.emplace(WireAnswer{answered->apdu, {}});
      } else if (const auto* failed = std::get_if<dlms::session::Failed>(&effect)) {
        const auto reason =
            failed->request_left ? LinkFault::Reason::NoAnswer : LinkFault::Reason::NotSent;
        outcome_.emplace(failure(LinkFault{reason, failed->what}));
      }
    }
  }

  void to_meter(const Octets& octets) {
    if (settings_.carrier == dlms::Carrier::Wrapper) {
      for (const dlms::WrapperPdu& pdu : stream_.take(octets)) {
        look_at(pdu.apdu);
        const auto answer = server_->serve(pdu.apdu, pdu.source, meter_, utc_);
        if (!answer) continue;
        to_client(dlms::encode_wrapper({pdu.destination, pdu.source, *answer}));
      }
      return;
    }
    for (const hdlc::Frame& frame : framer_.take(octets)) perform(link_->received(frame, instant_));
  }

  void look_at(OctetView apdu) {
    if (server_->state() != DlmsAssociationState::Associated) return;
    if (apdu.size() > setup_.max_pdu) throw std::runtime_error{"longer than the meter takes"};
    if (!apdu.empty() && apdu.front() == dlms::apdu_tag::kGeneralBlock) ++blocks_sent_;
  }

  void perform(const hdlc::LinkEffects& effects) {
    // The client answers within `to_client`: what ends an association comes before that.
    for (const hdlc::LinkEffect& effect : effects) {
      const bool begins = std::holds_alternative<hdlc::LinkUp>(effect);
      if (begins || std::holds_alternative<hdlc::LinkDown>(effect)) server_->link_lost();
    }
    for (const hdlc::LinkEffect& effect : effects) {
      if (const auto* transmit = std::get_if<hdlc::Transmit>(&effect)) {
        to_client(hdlc::encode_with_flags(transmit->frame));
      } else if (const auto* apdu = std::get_if<hdlc::ApduReceived>(&effect)) {
        look_at(apdu->apdu);
        const auto answer = server_->serve(apdu->apdu, link_->client().upper, meter_, utc_);
        if (answer) perform(link_->answer(*answer, instant_));
      }
    }
  }

  // One after the other: an answer is not taken in the middle of performing what went before.
  void to_client(const Octets& octets) {
    carried_ += octets.size();
    inbox_.push_back(octets);
    if (inbox_.size() > 1 || taking_) return;
    taking_ = true;
    while (!inbox_.empty()) {
      const Octets next = inbox_.front();
      inbox_.pop_front();
      perform(session_->received(next, instant_));
    }
    taking_ = false;
  }

  virtual_meter::VirtualMeter& meter_;
  UtcSeconds utc_;
  Instant instant_{};
  DlmsSetup setup_;
  DlmsCounters counters_;
  std::unique_ptr<DlmsServer> server_;
  std::optional<hdlc::ServerLink> link_;
  hdlc::Framer framer_;
  dlms::WrapperStream stream_;
  dlms::SessionSettings settings_;
  std::optional<dlms::ClientSession> session_;
  std::deque<Octets> inbox_;
  bool taking_ = false;
  std::optional<WireResult> outcome_;
  std::uint32_t reserved_ = 0;
  std::size_t carried_ = 0;
  std::size_t blocks_sent_ = 0;
};

}  // namespace metergate::sim
