// SPDX-License-Identifier: Apache-2.0
#include <deque>
#include <map>

#include "protocols/crypto/random.hpp"
#include "protocols/dlms/client_session.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/town.hpp"

namespace metergate::test {
namespace {

Octets challenge() {
  Octets out(16);
  crypto::fill_random(out);
  return out;
}

}  // namespace

/// Meters that speak DLMS, with the sessions the gateway runs and a wire that takes no time: what
/// is lost on the way are whole requests and their answers.
class Town::DlmsLine : public DlmsMeterLink {
 public:
  DlmsLine(Town& town, std::string name, Hooks hooks)
      : town_{town}, name_{std::move(name)}, hooks_{std::move(hooks)} {}

  void add_meter(std::uint16_t number, const dlms::SessionSettings& settings) override {
    sessions_.insert_or_assign(number, dlms::ClientSession{settings});
    // The connection of the gateway before is gone, and with it its association.
    if (Place* place = town_.place_at(name_, number)) {
      place->dlms->server =
          std::make_unique<sim::DlmsServer>(place->dlms->setup, place->dlms->counters, challenge);
    }
  }

  void transact(WireRequest request, Completion done) override {
    town_.transact(town_.place_at(name_, request.to.number), request, std::move(done),
                   [this](Place& place, const WireRequest& asked) { return serve(place, asked); });
  }
  [[nodiscard]] std::size_t concurrency() const override { return 1; }
  void stop() override {}

 private:
  std::optional<Octets> serve(Place& place, const WireRequest& request) {
    if (!place.meter->powered()) return std::nullopt;
    const OnBehalfOf gateway{Owner::Gateway};
    dlms::ClientSession& session = sessions_.at(place.address);
    const Instant now = town_.box_now().instant;
    answer_.reset();
    // What the session would have done meanwhile: release an association nobody used.
    perform(place, session.time_passed(now));
    perform(place, session.ask(request.octets, now));
    if (!answer_) perform(place, session.wire_lost());
    return answer_;
  }

  void perform(Place& place, const dlms::session::Effects& effects) {
    namespace out = dlms::session;
    dlms::ClientSession& session = sessions_.at(place.address);
    for (const out::Effect& effect : effects) {
      if (const auto* write = std::get_if<out::Write>(&effect)) {
        deliver(place, write->octets);
      } else if (const auto* reserve = std::get_if<out::ReserveCounters>(&effect)) {
        if (hooks_.reserve_counters(place.address, reserve->end)) continue;
        return perform(place, session.wire_lost());
      } else if (const auto* answered = std::get_if<out::Answered>(&effect)) {
        answer_ = answered->apdu;
      } else if (const auto* failed = std::get_if<out::Failed>(&effect)) {
        if (failed->reason == out::Failed::Reason::Refused) {
          hooks_.refused(place.address, failed->what);
        }
      }
    }
  }

  /// One after the other: an answer is not taken while what came before it is worked off.
  void deliver(Place& place, const Octets& octets) {
    const OnBehalfOf town{Owner::Town};
    for (const dlms::WrapperPdu& pdu : stream_.take(octets)) {
      auto answer =
          place.dlms->server->serve(pdu.apdu, pdu.source, *place.meter, town_.true_now_s());
      if (answer) {
        inbox_.push_back(dlms::encode_wrapper({pdu.destination, pdu.source, std::move(*answer)}));
      }
    }
    if (taking_) return;
    taking_ = true;
    while (!inbox_.empty()) {
      const Octets next = std::move(inbox_.front());
      inbox_.pop_front();
      const OnBehalfOf gateway{Owner::Gateway};
      perform(place, sessions_.at(place.address).received(next, town_.box_now().instant));
    }
    taking_ = false;
  }

  Town& town_;
  std::string name_;
  Hooks hooks_;
  std::map<std::uint16_t, dlms::ClientSession> sessions_;
  dlms::WrapperStream stream_;
  std::deque<Octets> inbox_;
  bool taking_ = false;
  std::optional<Octets> answer_;
};

std::unique_ptr<DlmsMeterLink> Town::make_dlms_line(const std::string& name,
                                                    DlmsMeterLink::Hooks hooks) {
  return std::make_unique<DlmsLine>(*this, name, std::move(hooks));
}

runtime::DlmsMeters::ReadSecrets Town::secrets_of(const std::deque<Place>& places) {
  return [&places](const config::Meter& meter) -> Result<config::DlmsSecrets, std::string> {
    for (const Place& place : places) {
      if (place.id == meter.id.text()) return config::DlmsSecrets{{}, place.dlms->setup.keys};
    }
    return failure(std::string{"nobody has keys of it"});
  };
}

}  // namespace metergate::test
