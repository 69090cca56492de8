// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/request.hpp"
#include "meters/registry_names.hpp"
#include "protocols/crypto/hash.hpp"
#include "protocols/octets/hex.hpp"
#include "protocols/octets/text_octets.hpp"
#include "protocols/overloaded.hpp"

namespace metergate::north {
namespace {

/// Each part with its length before it: no two lists of parts have the same text.
class Canonical {
 public:
  void add(std::string_view part) {
    text_ += std::to_string(part.size());
    text_ += ':';
    text_ += part;
  }
  void add(UtcTime time) { add(rfc3339::text(time)); }
  template <typename Time>
  void add(const std::optional<Time>& time) {
    add(time ? rfc3339::text(*time) : std::string{});
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

template <typename Params>
void add_way(Canonical& canonical, const Params& params) {
  canonical.add(token_delivery_word(params.delivery));
  canonical.add(hand_channel_word(params.channel));
  canonical.add(params.cleared ? "cleared" : "");
}

void add_supplier(Canonical& canonical, const Supplier& supplier) {
  canonical.add(std::to_string(supplier.id));
  canonical.add(supplier.name);
}

void add_change(Canonical& canonical, const ChangeOrder& order) {
  canonical.add(order.effective);
  canonical.add(std::to_string(order.actions.bits()));
  canonical.add(relay_after_word(order.relay));
  canonical.add(std::to_string(order.event_id));
  canonical.add(order.uncollected ? "uncollected" : "");
}

}  // namespace

std::string body_digest(const Command& command) {
  Canonical canonical;
  canonical.add(command.meter.text());
  canonical.add(traits_of(command.verb()).word);
  canonical.add(command.issued_at);
  canonical.add(command.stated_expires_at);
  canonical.add(command.not_before);
  canonical.add(priority_word(command.priority));
  canonical.add(command.operator_name);
  canonical.add(command.work_order);
  canonical.add(command.comment);
  std::visit(Overloaded{
                 [&](const DeliverToken& params) {
                   canonical.add(params.token.digits.reveal());
                   canonical.add(params.allow_repeat ? "repeat" : "once");
                 },
                 [&](const SetRelay& params) { canonical.add(supply_word(params.state)); },
                 [&](const Read& params) {
                   for (const DataClass data : params.what) canonical.add(data_class_word(data));
                   canonical.add(params.from);
                   canonical.add(params.to);
                 },
                 [](const Synchronise&) {},
                 [&](const SetClock& params) { canonical.add(params.time); },
                 [&](const Cancel& params) { canonical.add(params.command.text()); },
                 [&](const IssueToken& params) {
                   canonical.add(traits_of(params.order.function).word);
                   canonical.add(std::to_string(params.order.value));
                   canonical.add(params.order.word);
                   canonical.add(params.order.old_supply_group
                                     ? std::to_string(*params.order.old_supply_group)
                                     : std::string{});
                   canonical.add(params.order.confirmed ? "confirmed" : "");
                   add_way(canonical, params);
                 },
                 [&](const ResendTokens& params) { add_way(canonical, params); },
                 [&](const ChangeTenancy& params) {
                   canonical.add(situation_word(params.situation));
                   add_change(canonical, params.order);
                 },
                 [&](const ChangeSupplier& params) {
                   add_supplier(canonical, params.supplier);
                   add_change(canonical, params.order);
                 },
                 [&](const SetTariff& params) {
                   canonical.add(std::to_string(params.tariff.id));
                   add_supplier(canonical, params.tariff.supplier);
                   canonical.add(std::to_string(params.tariff.price_minor_per_kwh));
                   canonical.add(params.activates);
                 },
                 [&](const ChangeRegistry& params) {
                   const registry::ChangeNames names = registry::names_of(params.request);
                   canonical.add(names.change);
                   for (const auto& field : registry::kChangeFields) {
                     canonical.add(names.*field.name);
                   }
                   canonical.add(params.effective);
                   canonical.add(params.change_tenancy ? "change-tenancy" : "");
                 },
                 [&](const ExportTenancy& params) {
                   canonical.add(std::to_string(params.epoch));
                   canonical.add(params.publish ? "publish" : "");
                 },
                 [&](const EraseTenancy& params) { canonical.add(std::to_string(params.epoch)); },
             },
             command.params);
  return hex::text(crypto::sha256(octets_of(canonical.text())));
}

}  // namespace metergate::north
