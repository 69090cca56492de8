// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/lines/dlms_meters.hpp"

#include <algorithm>
#include <utility>

#include "protocols/crypto/random.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/security/ciphered_apdu.hpp"

namespace metergate::runtime {
namespace {

/// One write to the disk for so many APDUs; what is left of them is lost with each start, of four
/// thousand million.
constexpr std::uint32_t kCountersAtOnce = 500;

Octets random_octets(std::size_t count) {
  Octets out(count);
  crypto::fill_random(out);
  return out;
}

dlms::AssociationSettings association(const config::DlmsAccess& access,
                                      const config::DlmsSecrets& secrets,
                                      std::uint32_t counter_end) {
  dlms::AssociationSettings out;
  out.mechanism = access.authentication;
  out.secret = secrets.secret;
  out.ciphering = access.ciphering;
  out.max_receive_pdu = access.max_pdu;
  out.counter_block = kCountersAtOnce;
  out.random = random_octets;
  out.signing = secrets.signing;
  out.title = access.system_title;
  if (!access.uses_ciphering_keys()) return out;
  dlms::ChannelSetup channel;
  channel.keys = secrets.keys;
  channel.own = access.system_title.value_or(dlms::SystemTitle{});
  channel.sent = channel.asked = access.policy;
  // Meters take 0 for a counter that was never used, and what is not above it for a replay.
  channel.sending = dlms::SendCounter{std::max(counter_end, 1U)};
  out.security = std::move(channel);
  return out;
}

}  // namespace

dlms::SessionSettings dlms_session(const config::Line& line, const config::Meter& meter,
                                   const config::DlmsSecrets& secrets, std::uint32_t counter_end) {
  const config::DlmsAccess& access = *meter.dlms;
  dlms::SessionSettings out;
  out.carrier = line.protocol == config::LineProtocol::DlmsHdlc ? dlms::Carrier::Hdlc
                                                                : dlms::Carrier::Wrapper;
  out.client_port = access.client;
  // Behind a connection of its own a meter is its logical device.
  out.server_port = line.has_addresses() ? meter.address : access.logical_device;
  out.link.client = hdlc::client_address(access.client);
  out.link.server = access.hdlc_address(meter.address);
  out.link.offer = {access.information_octets, access.information_octets, access.window,
                    access.window};
  out.link.answer_timeout = line.timeout_ceiling;
  out.answer_timeout = line.timeout_ceiling;
  out.idle = access.idle;
  out.association = association(access, secrets, counter_end);
  if (access.block_window > 0) {
    out.association.proposed = dlms::kConformanceWithGeneralBlocks;
    // Each frame of HDLC waits for an answer, and so does each block in it.
    const bool hdlc = out.carrier == dlms::Carrier::Hdlc;
    out.association.block_window = hdlc ? std::uint8_t{1} : access.block_window;
  }
  if (access.uses_ciphering_keys()) out.counter_object = access.counter_object;
  return out;
}

DlmsMeters::DlmsMeters(LedgerKeeper& keeper, journal::Journal& journal, const Clock& clock,
                       ReadSecrets read_secrets, Heard heard)
    : keeper_{keeper},
      journal_{journal},
      clock_{clock},
      read_secrets_{std::move(read_secrets)},
      heard_{std::move(heard)} {}

DlmsMeterLink::Hooks DlmsMeters::hooks(
    const std::string& line, std::function<void(bool up, std::string why)> state_changed) {
  DlmsMeterLink::Hooks out;
  out.state_changed = std::move(state_changed);
  out.reserve_counters = [this, line](std::uint16_t meter, std::uint32_t end) {
    return reserve({line, meter}, end);
  };
  out.refused = [this, line](std::uint16_t meter, const std::string& what) {
    refused({line, meter}, what);
  };
  out.told = [this, line](std::uint16_t meter, const Octets& apdu, dlms::PushProof proof) {
    told({line, meter}, apdu, proof);
  };
  out.present = [this, line](std::uint16_t meter, bool here, const std::string& why) {
    const auto known = meters_.find({line, meter});
    if (known != meters_.end()) heard_.present(known->second.key, here, why);
  };
  out.stranger = [this, line](const std::string& peer, const std::string& what) {
    stranger(line, peer, what);
  };
  return out;
}

bool DlmsMeters::add(const config::Line& line, const config::Meter& meter, MeterKey key) {
  const auto secrets = read_secrets_(meter);
  if (!secrets) {
    journal_.write(journal::kKeysUnreadable, clock_.now().utc,
                   {{"meter", meter.id.text()}, {"what", secrets.error()}});
    return false;
  }
  const auto end = keeper_.checked(keeper_.ledger().dlms_counter_end(key));
  const auto link = links_.find(line.name);
  if (!end || link == links_.end()) return false;
  meters_[{line.name, meter.address}] = {key, meter.id.text(), {}};
  link->second->name_meter(
      meter.address,
      {meter.serial, meter.dlms->meter_title,
       meter.topic_name.empty() ? meter.id.text() : meter.topic_name, meter.device_address});
  link->second->add_meter(meter.address, dlms_session(line, meter, *secrets, *end));
  return true;
}

void DlmsMeters::came_online(const config::Meter& meter) {
  const auto known = meters_.find({meter.line, meter.address});
  if (known != meters_.end()) known->second.refused.clear();
}

bool DlmsMeters::reserve(const Seat& seat, std::uint32_t end) {
  const auto known = meters_.find(seat);
  if (known == meters_.end()) return false;
  return keeper_.checked(keeper_.ledger().reserve_dlms_counters(known->second.key, end)) &&
         keeper_.commit();
}

void DlmsMeters::refused(const Seat& seat, const std::string& what) {
  const auto known = meters_.find(seat);
  if (known == meters_.end() || known->second.refused == what) return;
  known->second.refused = what;
  journal_.write(journal::kAssociationRefused, clock_.now().utc,
                 {{"meter", known->second.id}, {"what", what}});
}

void DlmsMeters::told(const Seat& seat, OctetView octets, dlms::PushProof proof) {
  const auto known = meters_.find(seat);
  if (known == meters_.end()) return;
  const std::string& meter = known->second.id;
  const auto apdu = dlms::decode_apdu(octets);
  std::string what;
  // As it came: it could not be deciphered, or must not be taken.
  const bool ciphered = !octets.empty() && dlms::is_ciphered_tag(octets.front());
  if (ciphered) {
    what = "a ciphered notification: " + std::string{dlms::proof_text(proof)};
  } else if (!apdu) {
    what = "what makes no sense: " + std::string{dlms::fault_word(apdu.error().reason)};
  } else if (const auto* event = std::get_if<dlms::EventNotification>(&*apdu)) {
    what = "an event of " + event->attribute.logical_name.text();
  } else {
    what = "a data notification";
  }
  if (const auto unsaid = said_.pass(meter, clock_.now().instant)) {
    if (*unsaid > 0) what += " (" + std::to_string(*unsaid) + " more were not told)";
    journal_.write(journal::kMeterSays, clock_.now().utc, {{"meter", meter}, {"what", what}});
  }
  if (apdu || ciphered) heard_.told(known->second.key, octets, proof);
}

void DlmsMeters::stranger(const std::string& line, const std::string& peer,
                          const std::string& what) {
  const auto unsaid = strangers_.pass(line, clock_.now().instant);
  if (!unsaid) return;
  journal_.write(
      journal::kStrangerCalls, clock_.now().utc,
      {{"line", line},
       {"peer", peer},
       {"what",
        *unsaid == 0 ? what : what + " (" + std::to_string(*unsaid) + " more were not told)"}});
}

}  // namespace metergate::runtime
