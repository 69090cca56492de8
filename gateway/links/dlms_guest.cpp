// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/dlms_guest.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/notification.hpp"
#include "protocols/dlms/security/ciphered_apdu.hpp"

namespace metergate {
namespace {

namespace session = dlms::session;

constexpr std::array kQuestions{cosem::kDeviceId, cosem::kLogicalDeviceName};
/// A logical device name begins with its maker's three letters (Blue Book, 4.1.8.2).
constexpr std::size_t kMakersLetters = 3;
constexpr std::size_t kLongestName = 64;

dlms::SessionSettings public_client() {
  dlms::SessionSettings out;
  out.answer_timeout = DlmsGuest::kAnswerWithin;
  out.association.proposed = {dlms::Service::Get, dlms::Service::BlockTransferWithGet};
  out.association.max_answer_octets = DlmsGuest::kMostOctets;
  return out;
}

/// All that reads as text within what was pushed.
template <typename Take>
void each_text(const dlms::Data& data, const Take& take) {
  const auto each = [&](const dlms::DataList& list) {
    for (const dlms::Data& one : list) each_text(one, take);
  };
  if (const auto* array = std::get_if<dlms::Array>(&data.value)) return each(array->elements);
  if (const auto* structure = std::get_if<dlms::Structure>(&data.value)) {
    return each(structure->elements);
  }
  if (const auto text = dlms::text_of(data)) take(*text);
}

}  // namespace

DlmsGuest::DlmsGuest(Register known)
    : known_{std::move(known)}, session_{public_client()}, stream_{kMostOctets} {}

DlmsGuest::Effects DlmsGuest::greet(Instant now) {
  until_ = now + kWithin;
  ask(now);
  return std::exchange(effects_, {});
}

void DlmsGuest::ask(Instant now) {
  perform(
      session_.ask(dlms::encode_apdu(dlms::GetRequest{
                       {}, {cosem::data::kClass, kQuestions[question_], cosem::data::kValue, {}}}),
                   now),
      now);
}

DlmsGuest::Effects DlmsGuest::received(OctetView octets, Instant now) {
  if (over_) return {};
  octets_ += octets.size();
  if (octets_ > kMostOctets) {
    turn_away("more than " + std::to_string(kMostOctets) + " octets and no name");
    return std::exchange(effects_, {});
  }
  for (const dlms::WrapperPdu& pdu : stream_.take(octets)) {
    // What is pushed is for the meter's own session, which also confirms it.
    if (dlms::may_be_notification(pdu.apdu)) {
      take(pdu);
    } else if (!over_) {
      perform(session_.received(dlms::encode_wrapper(pdu), now), now);
    }
  }
  if (stream_.fault() && !over_) turn_away("what it sends is no wrapper of DLMS");
  return std::exchange(effects_, {});
}

void DlmsGuest::take(const dlms::WrapperPdu& pdu) {
  if (over_) return;
  if (++pushes_ <= kMostPushes) {
    const Octets whole = dlms::encode_wrapper(pdu);
    pushed_.insert(pushed_.end(), whole.begin(), whole.end());
  }
  if (const auto ciphered = dlms::CipheredApdu::parse(pdu.apdu)) {
    if (ciphered->title && !meter_) meter_ = known_.by_title(*ciphered->title);
    return;
  }
  const auto apdu = dlms::decode_apdu(pdu.apdu);
  if (!apdu) return;
  if (const auto* told = std::get_if<dlms::DataNotification>(&*apdu)) {
    each_text(told->body, [this](const std::string& text) { recognise(text); });
  } else if (const auto* event = std::get_if<dlms::EventNotification>(&*apdu)) {
    each_text(event->value, [this](const std::string& text) { recognise(text); });
  }
}

void DlmsGuest::recognise(const std::string& said) {
  if (meter_ || said.empty() || said.size() > kLongestName) return;
  meter_ = known_.by_serial(said);
  if (!meter_ && said.size() > kMakersLetters) {
    meter_ = known_.by_serial(std::string_view{said}.substr(kMakersLetters));
  }
}

void DlmsGuest::perform(const session::Effects& effects, Instant now) {
  for (const session::Effect& effect : effects) {
    if (over_) return;
    if (const auto* write = std::get_if<session::Write>(&effect)) {
      effects_.emplace_back(Write{write->octets});
    } else if (const auto* answered = std::get_if<session::Answered>(&effect)) {
      take_answer(answered->apdu, now);
    } else if (const auto* failed = std::get_if<session::Failed>(&effect)) {
      if (said_.empty()) said_ = failed->what;
      end();
    } else if (std::holds_alternative<session::Closed>(effect)) {
      end();
    }
  }
}

void DlmsGuest::take_answer(OctetView octets, Instant now) {
  const auto apdu = dlms::decode_apdu(octets);
  const auto* response = apdu ? std::get_if<dlms::GetResponse>(&*apdu) : nullptr;
  const auto* data = response != nullptr ? std::get_if<dlms::Data>(&response->result) : nullptr;
  if (const auto text = data != nullptr ? dlms::text_of(*data) : std::nullopt) {
    recognise(*text);
    said_ = "it calls itself " + text->substr(0, kLongestName);
  }
  if (meter_ || ++question_ >= kQuestions.size()) return perform(session_.close(now), now);
  ask(now);
}

DlmsGuest::Effects DlmsGuest::time_passed(Instant now) {
  if (over_) return {};
  if (until_ && now >= *until_) {
    end();
  } else {
    perform(session_.time_passed(now), now);
  }
  return std::exchange(effects_, {});
}

DlmsGuest::Effects DlmsGuest::hung_up() {
  if (!over_) {
    if (said_.empty()) said_ = "it hung up";
    end();
  }
  return std::exchange(effects_, {});
}

std::optional<DlmsGuest::Instant> DlmsGuest::deadline() const {
  if (over_) return std::nullopt;
  const auto session = session_.deadline();
  return session && until_ ? std::min(*session, *until_) : until_;
}

void DlmsGuest::end() {
  if (over_) return;
  if (!meter_) return turn_away(said_.empty() ? "it does not say who it is" : said_);
  over_ = true;
  effects_.emplace_back(Known{*meter_, std::move(pushed_)});
}

void DlmsGuest::turn_away(std::string why) {
  over_ = true;
  effects_.emplace_back(TurnedAway{std::move(why)});
}

}  // namespace metergate
