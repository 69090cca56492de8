// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/dlms_operations.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::dlms_driver {
namespace {

using Results = std::vector<dlms::GetResult>;
using Understood = Result<operation::Answer, std::string>;

/// Some attributes, read and understood by `Understand(results, subject, now)`.
template <typename Understand>
class ReadAttributes : public DlmsExchange {
 public:
  ReadAttributes(const Subject& subject, std::vector<dlms::AttributeReference> attributes,
                 Understand understand)
      : DlmsExchange{subject}, attributes_{std::move(attributes)}, understand_{understand} {}

  DriverStep begin(Now) override { return get(attributes_); }

 private:
  DriverStep got(Results results, Now now) override {
    // The first is what the operation is about; the others may be missing.
    if (const auto* why = std::get_if<dlms::AccessResult>(&results.front())) return refuse(*why);
    Understood answer = understand_(results, layout(), now);
    if (!answer) return meaningless(answer.error());
    return finish(std::move(*answer));
  }

  std::vector<dlms::AttributeReference> attributes_;
  Understand understand_;
};

template <typename Understand>
ExchangePtr read_attributes(const Subject& subject,
                            std::vector<dlms::AttributeReference> attributes,
                            Understand understand) {
  return std::make_unique<ReadAttributes<Understand>>(subject, std::move(attributes), understand);
}

dlms::AttributeReference value_of(const cosem::ObisCode& name) {
  return attribute_of(cosem::data::kClass, name, cosem::data::kValue);
}

std::optional<std::int64_t> number_of(const Results& results, std::size_t at) {
  const dlms::Data* data = at < results.size() ? data_of(results[at]) : nullptr;
  return data != nullptr ? dlms::integer_of(*data) : std::nullopt;
}

Understood understand_identity(const Results& results, const model::DlmsLayout&, Now) {
  const auto text = dlms::text_of(*data_of(results.front()));
  const auto serial = text ? SerialNumber::parse(*text) : std::nullopt;
  if (!serial) return failure(std::string{"the serial number object holds no serial number"});
  operation::Identity identity{*serial, {}};
  if (const auto* firmware = results.size() > 1 ? data_of(results[1]) : nullptr) {
    identity.firmware = dlms::text_of(*firmware).value_or("");
  }
  return operation::Answer{std::move(identity)};
}

Understood understand_clock(const Results& results, const model::DlmsLayout& layout, Now now) {
  const auto time = dlms::date_time_of(*data_of(results.front()));
  const auto utc = time ? dlms::to_utc(*time, {layout.to_utc, {}}) : std::nullopt;
  if (!utc) return failure(std::string{"the clock object holds no time"});
  operation::ClockReading clock;
  clock.meter_time = std::chrono::floor<std::chrono::seconds>(*utc);
  clock.read_at = now.utc;
  clock.meter_trusts_it = !time->doubted();
  return operation::Answer{clock};
}

Understood understand_relay(const Results& results, const model::DlmsLayout&, Now) {
  // Class 70, control_state: disconnected, connected, ready for reconnection.
  constexpr std::array kStates{SupplyState::Off, SupplyState::On, SupplyState::Armed};
  const auto state = number_of(results, 0);
  if (!state || *state < 0 || *state >= static_cast<std::int64_t>(kStates.size())) {
    return failure("control_state is " + (state ? std::to_string(*state) : "no number") +
                   ", must be 0, 1 or 2");
  }
  RelayReading relay;
  relay.state = kStates[static_cast<std::size_t>(*state)];
  relay.causes.bits = static_cast<std::uint16_t>(number_of(results, 1).value_or(0));
  relay.operations_today = static_cast<std::uint16_t>(number_of(results, 2).value_or(0));
  relay.last_transaction_id = static_cast<std::uint32_t>(number_of(results, 3).value_or(0));
  return operation::Answer{relay};
}

std::optional<Tariff> tariff_of(const dlms::DataList& fields) {
  const auto id = dlms::integer_of(fields[0]);
  const auto supplier = dlms::integer_of(fields[1]);
  const auto price = dlms::integer_of(fields[2]);
  const auto name = dlms::text_of(fields[3]);
  if (!id || !supplier || !price || !name) return std::nullopt;
  return Tariff{static_cast<std::uint32_t>(*id),
                {static_cast<std::uint32_t>(*supplier), *name},
                static_cast<std::uint32_t>(*price)};
}

/// {tariff id, supplier id, price, supplier's name, array of the same with a time}
Understood understand_tariff(const Results& results, const model::DlmsLayout&, Now now) {
  const Failure<std::string> senseless{"the tariff object holds no tariff"};
  const dlms::DataList* fields = dlms::structure_of(*data_of(results.front()), 5);
  const auto active = fields != nullptr ? tariff_of(*fields) : std::nullopt;
  const dlms::DataList* pending = fields != nullptr ? dlms::array_of((*fields)[4]) : nullptr;
  if (!active || pending == nullptr) return senseless;
  TariffReading reading{now.utc, *active, {}};
  for (const dlms::Data& one : *pending) {
    const dlms::DataList* parts = dlms::structure_of(one, 5);
    const auto tariff = parts != nullptr ? tariff_of(*parts) : std::nullopt;
    const auto time = parts != nullptr ? dlms::date_time_of((*parts)[4]) : std::nullopt;
    const auto utc = time ? dlms::to_utc(*time) : std::nullopt;
    if (!tariff || !utc) return senseless;
    reading.pending.push_back({*tariff, std::chrono::floor<std::chrono::seconds>(*utc)});
  }
  return operation::Answer{std::move(reading)};
}

}  // namespace

std::optional<LastOrder> last_order_of(const dlms::GetResult& result) {
  const dlms::Data* data = data_of(result);
  if (data == nullptr) return std::nullopt;
  if (data->is<dlms::NullData>()) return LastOrder{};
  const dlms::DataList* fields = dlms::structure_of(*data, 3);
  if (fields == nullptr) return std::nullopt;
  const auto transaction = dlms::integer_of((*fields)[0]);
  const auto outcome = dlms::integer_of((*fields)[1]);
  if (!transaction || !outcome || *outcome < 0) return std::nullopt;
  LastOrder last{static_cast<operation::TransactionId>(*transaction), operation::OrderTaken{}};
  if (*outcome > 0) {
    constexpr auto kLast = static_cast<std::int64_t>(operation::MeterRefusal::Other);
    const std::int64_t number = *outcome - 1 <= kLast ? *outcome - 1 : kLast;
    last.answer = operation::OrderRefused{static_cast<operation::MeterRefusal>(number),
                                          "outcome " + std::to_string(*outcome)};
  } else if (const auto value = dlms::integer_of((*fields)[2])) {
    last.answer = operation::OrderTaken{*value, "minor"};
  }
  return last;
}

ExchangePtr identify(Subject subject) {
  std::vector attributes{value_of(*subject.layout().serial)};
  if (subject.layout().firmware) attributes.push_back(value_of(*subject.layout().firmware));
  return read_attributes(subject, std::move(attributes), understand_identity);
}

ExchangePtr read_clock(Subject subject) {
  return read_attributes(
      subject, {attribute_of(cosem::clock::kClass, *subject.layout().clock, cosem::clock::kTime)},
      understand_clock);
}

ExchangePtr read_relay(Subject subject) {
  const model::DlmsLayout& layout = subject.layout();
  std::vector attributes{attribute_of(cosem::disconnect_control::kClass, *layout.disconnect_control,
                                      cosem::disconnect_control::kControlState)};
  for (const auto& name : {layout.relay_causes, layout.relay_operations, layout.transaction}) {
    if (!name) break;
    attributes.push_back(value_of(*name));
  }
  return read_attributes(subject, std::move(attributes), understand_relay);
}

ExchangePtr read_transaction(Subject subject, operation::ReadTransaction op) {
  return read_attributes(
      subject, {value_of(*subject.layout().outcome)},
      [op](const Results& results, const model::DlmsLayout&, Now) -> Understood {
        const auto last = last_order_of(results.front());
        if (!last) return failure(std::string{"the outcome object holds no outcome"});
        operation::TransactionEvidence evidence = operation::TransactionUnknown{};
        if (last->transaction < op.transaction) evidence = operation::TransactionNotTaken{};
        if (last->transaction == op.transaction) {
          evidence = std::visit(
              [](const auto& answer) -> operation::TransactionEvidence { return answer; },
              last->answer);
        }
        return operation::Answer{std::move(evidence)};
      });
}

ExchangePtr read_tariff(Subject subject) {
  return read_attributes(subject, {value_of(*subject.layout().tariff)}, understand_tariff);
}

}  // namespace metergate::dlms_driver
