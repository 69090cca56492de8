// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/dlms_order.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::dlms_driver {
namespace {

using operation::MeterRefusal;

dlms::Data effective_data(const std::optional<UtcSeconds>& time) {
  if (!time) return dlms::NullData{};
  return dlms::octet_string(dlms::utc_date_time(*time));
}

dlms::Data text_data(std::string_view text) {
  return dlms::octet_string(Octets(text.begin(), text.end()));
}

/// One value written to one object.
class WriteObject : public Order {
 public:
  WriteObject(const Subject& subject, operation::TransactionId transaction,
              dlms::AttributeReference attribute, dlms::Data value)
      : Order{subject, transaction}, attribute_{std::move(attribute)}, value_{std::move(value)} {}

 private:
  DriverStep send_order() override { return set(attribute_, value_); }

  dlms::AttributeReference attribute_;
  dlms::Data value_;
};

/// Disconnect control (class 70). Whether remote_reconnect closes the relay or only arms it is the
/// meter's control mode (Blue Book, 4.5.8), so that is read before anything is sent.
class OperateRelay : public Order {
 public:
  OperateRelay(const Subject& subject, operation::OperateRelay op)
      : Order{subject, op.transaction}, op_{op}, object_{*layout().disconnect_control} {}

  DriverStep begin(Now now) override {
    if (layout().relay_scripts && script() == 0) {
      return refuse_order(MeterRefusal::NotSupported, "no script for that");
    }
    // A script says what it does; only the methods depend on the control mode.
    if (op_.order == SupplyState::Off || layout().relay_scripts) return give_transaction(now);
    return get({attribute(cosem::disconnect_control::kControlMode)});
  }

 private:
  [[nodiscard]] dlms::AttributeReference attribute(std::int8_t number) const {
    return attribute_of(cosem::disconnect_control::kClass, object_, number);
  }

  [[nodiscard]] std::uint16_t script() const {
    const model::DlmsRelayScripts& scripts = *layout().relay_scripts;
    if (op_.order == SupplyState::Off) return scripts.off;
    return op_.order == SupplyState::On ? scripts.on : scripts.armed;
  }

  DriverStep send_order() override {
    const bool off = op_.order == SupplyState::Off;
    sent_ = true;
    if (const auto& scripts = layout().relay_scripts) {
      return act({cosem::script_table::kClass, scripts->table, cosem::script_table::kExecute},
                 script());
    }
    return act({cosem::disconnect_control::kClass, object_,
                off ? cosem::disconnect_control::kRemoteDisconnect
                    : cosem::disconnect_control::kRemoteReconnect},
               std::int8_t{0});
  }

  DriverStep taken_in(Now now) override {
    until_ = now.instant + kSettling;
    return get({attribute(cosem::disconnect_control::kControlState)});
  }

  DriverStep looked(std::vector<dlms::GetResult> results, Now now) override {
    const dlms::Data* data = data_of(results.front());
    const auto number = data != nullptr ? dlms::integer_of(*data) : std::nullopt;
    if (!number) return meaningless("disconnect control tells neither mode nor state");
    return sent_ ? judge_state(*number, now) : judge_mode(*number, now);
  }

  DriverStep judge_mode(std::int64_t mode, Now now) {
    const bool arms = mode == 1 || mode == 3 || mode == 5 || mode == 6;
    const bool closes = mode == 2 || mode == 4 || mode == 7;
    if (op_.order == SupplyState::Armed ? arms : closes) return give_transaction(now);
    return refuse_order(MeterRefusal::NotSupported, "control_mode " + std::to_string(mode));
  }

  DriverStep judge_state(std::int64_t state, Now now) {
    const std::int64_t expected = op_.order == SupplyState::Off  ? 0
                                  : op_.order == SupplyState::On ? 1
                                                                 : 2;
    if (state == expected) return finish(operation::OrderAnswer{operation::OrderTaken{}});
    // A mechanical relay takes its time.
    if (now.instant < until_) return ask_again_after(std::chrono::seconds{1});
    return refuse_order(MeterRefusal::NotPermitted, "control_state " + std::to_string(state));
  }

  static constexpr std::chrono::seconds kSettling{30};
  operation::OperateRelay op_;
  cosem::ObisCode object_;
  bool sent_ = false;
  Instant until_;
};

/// Token gateway (class 115). That `enter` succeeds says that the token was taken in; what became
/// of it stands in the outcome, or else in the gateway's status once its time has changed.
class WriteToken : public Order {
 public:
  WriteToken(const Subject& subject, operation::WriteToken op)
      : Order{subject, op.transaction}, op_{std::move(op)}, object_{*layout().token_gateway} {}

  DriverStep begin(Now now) override {
    if (layout().outcome) return give_transaction(now);
    return get({attribute(cosem::token_gateway::kTime)});
  }

 private:
  [[nodiscard]] dlms::AttributeReference attribute(std::int8_t number) const {
    return attribute_of(cosem::token_gateway::kClass, object_, number);
  }

  [[nodiscard]] dlms::Data digits() const {
    const std::string text = op_.token.digits.reveal();
    if (layout().token_encoding == model::TokenEncoding::Visible) {
      return dlms::VisibleString{text};
    }
    if (layout().token_encoding == model::TokenEncoding::Ascii) return text_data(text);
    dlms::OctetString packed;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
      const auto high = static_cast<unsigned>(text[i] - '0');
      const auto low = static_cast<unsigned>(text[i + 1] - '0');
      packed.octets.push_back(static_cast<std::uint8_t>((high << 4U) | low));
    }
    return packed;
  }

  DriverStep send_order() override {
    sent_ = true;
    return act({cosem::token_gateway::kClass, object_, cosem::token_gateway::kEnter}, digits());
  }

  DriverStep taken_in(Now now) override {
    until_ = now.instant + kSettling;
    return look();
  }
  DriverStep look() {
    return get({attribute(cosem::token_gateway::kTime), attribute(cosem::token_gateway::kStatus)});
  }

  DriverStep looked(std::vector<dlms::GetResult> results, Now now) override {
    const dlms::Data* time = data_of(results.front());
    if (!sent_) {
      if (time != nullptr) time_before_ = *time;
      return give_transaction(now);
    }
    const dlms::Data* status = data_of(results.back());
    const dlms::DataList* fields = status != nullptr ? dlms::structure_of(*status, 1) : nullptr;
    const std::int64_t code = fields != nullptr ? dlms::integer_of(fields->front()).value_or(0) : 0;
    const bool is_news = time != nullptr && *time != time_before_;
    if (is_news && code >= kExecuted && code <= kExecutionFailure) return judge(code);
    if (now.instant < until_) return Pause{std::chrono::seconds{1}};
    return meaningless("the token gateway does not say what became of the token");
  }
  DriverStep resume(Now) override { return look(); }

  static DriverStep judge(std::int64_t code) {
    switch (code) {
      case kExecuted:
        return finish(operation::OrderAnswer{operation::OrderTaken{}});
      case 4:
        return refuse_order(MeterRefusal::Malformed, "format failure");
      case 5:
        return refuse_order(MeterRefusal::NotAuthentic, "authentication failure");
      case 6:
        return refuse_order(MeterRefusal::Duplicate, "validation failure");
      default:
        return refuse_order(MeterRefusal::NotPermitted, "execution failure");
    }
  }

  static constexpr std::int64_t kExecuted = 3;
  static constexpr std::int64_t kExecutionFailure = 7;
  static constexpr std::chrono::seconds kSettling{60};
  operation::WriteToken op_;
  cosem::ObisCode object_;
  bool sent_ = false;
  dlms::Data time_before_;
  Instant until_;
};

dlms::AttributeReference value_of(const cosem::ObisCode& name) {
  return attribute_of(cosem::data::kClass, name, cosem::data::kValue);
}

/// A date from which on the meter shows its data to nobody who comes after (GBCS): it can do that,
/// and nothing else that a change of tenancy may be asked for.
class SetTenancyDate : public Order {
 public:
  SetTenancyDate(const Subject& subject, const operation::ChangeTenancy& op)
      : Order{subject, op.transaction}, op_{op} {}

  DriverStep begin(Now now) override {
    const auto refuse_for = [](std::string why) {
      return refuse_order(MeterRefusal::NotSupported, "the meter takes a date alone, " + why);
    };
    for (std::size_t i = 0; i < kChangeActions; ++i) {
      const auto action = static_cast<ChangeAction>(i);
      const bool hides = action == ChangeAction::PurgeProfile ||
                         action == ChangeAction::PurgeSnapshots || purged_log(action).has_value();
      if (op_.actions.has(action) && !hides) {
        return refuse_for("not " + std::string{change_action_word(action)});
      }
    }
    if (op_.relay != RelayAfter::Unchanged) return refuse_for("the relay has to stay `unchanged`");
    if (op_.effective == operation::kNever) return refuse_for("which cannot be taken back");
    time_ = op_.effective.value_or(std::chrono::floor<std::chrono::seconds>(now.utc));
    // At once is the meter's own now: a date its clock has yet to reach would hide nothing so far.
    if (op_.effective || !layout().clock) return give_transaction(now);
    return get({attribute_of(cosem::clock::kClass, *layout().clock, cosem::clock::kTime)});
  }

 private:
  DriverStep looked(std::vector<dlms::GetResult> results, Now now) override {
    const dlms::Data* data = data_of(results.front());
    const auto told = data != nullptr ? dlms::date_time_of(*data) : std::nullopt;
    const auto time = told ? dlms::to_utc(*told, {layout().to_utc, {}}) : std::nullopt;
    if (!time) return meaningless("the clock object holds no time");
    time_ = std::chrono::floor<std::chrono::seconds>(*time);
    return give_transaction(now);
  }

  DriverStep send_order() override {
    return set(value_of(*layout().tenancy_date), effective_data(time_));
  }

  operation::ChangeTenancy op_;
  UtcSeconds time_;
};

}  // namespace

ExchangePtr set_clock(Subject subject, operation::SetClock op) {
  return std::make_unique<WriteObject>(
      subject, op.transaction,
      attribute_of(cosem::clock::kClass, *subject.layout().clock, cosem::clock::kTime),
      dlms::octet_string(dlms::utc_date_time(op.time)));
}

ExchangePtr operate_relay(Subject subject, operation::OperateRelay op) {
  return std::make_unique<OperateRelay>(subject, op);
}

ExchangePtr write_token(Subject subject, operation::WriteToken op) {
  return std::make_unique<WriteToken>(subject, std::move(op));
}

ExchangePtr change_tenancy(Subject subject, const operation::ChangeTenancy& op) {
  if (subject.layout().tenancy_date) return std::make_unique<SetTenancyDate>(subject, op);
  return std::make_unique<WriteObject>(
      subject, op.transaction, value_of(*subject.layout().change_tenancy),
      dlms::Structure{{op.actions.bits(), dlms::Enum{static_cast<std::uint8_t>(op.relay)},
                       op.event_id, effective_data(op.effective)}});
}

ExchangePtr change_supplier(Subject subject, const operation::ChangeSupplier& op) {
  return std::make_unique<WriteObject>(
      subject, op.transaction, value_of(*subject.layout().change_supplier),
      dlms::Structure{{op.actions.bits(), dlms::Enum{static_cast<std::uint8_t>(op.relay)},
                       op.event_id, effective_data(op.effective), op.supplier.id,
                       text_data(op.supplier.name)}});
}

ExchangePtr set_tariff(Subject subject, const operation::SetTariff& op) {
  return std::make_unique<WriteObject>(
      subject, op.transaction, value_of(*subject.layout().tariff),
      dlms::Structure{{op.tariff.id, op.tariff.supplier.id, op.tariff.price_minor_per_kwh,
                       text_data(op.tariff.supplier.name), effective_data(op.activates)}});
}

}  // namespace metergate::dlms_driver
