// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "gateway/drivers/dlms_operations.hpp"

namespace metergate::dlms_driver {

/// What all orders share: give the meter the transaction's number where it takes one, then the
/// order, then look what became of it. A success of SET or ACTION says that the meter took it in,
/// not that it did it: the last order's outcome does, where the meter keeps one.
class Order : public DlmsExchange {
 public:
  Order(const Subject& subject, operation::TransactionId transaction)
      : DlmsExchange{subject}, transaction_{transaction} {}

  DriverStep begin(Now now) override { return give_transaction(now); }

 protected:
  /// The one request that may change the meter; by `set` or `act`.
  [[nodiscard]] virtual DriverStep send_order() = 0;
  /// Taken in by a meter that keeps no outcome.
  [[nodiscard]] virtual DriverStep taken_in(Now now);
  /// An answer to what `taken_in` asked.
  [[nodiscard]] virtual DriverStep looked(std::vector<dlms::GetResult> results, Now now);

  [[nodiscard]] DriverStep give_transaction(Now now);
  [[nodiscard]] static DriverStep refuse_order(operation::MeterRefusal refusal, std::string raw);

 private:
  enum class Stage : std::uint8_t { Transaction, Order, Outcome, Look };

  DriverStep got(std::vector<dlms::GetResult> results, Now now) final;
  DriverStep done(dlms::AccessResult result, Now now) final;
  [[nodiscard]] DriverStep leave();
  [[nodiscard]] DriverStep ask_outcome();
  [[nodiscard]] DriverStep verdict(const dlms::GetResult& result);

  operation::TransactionId transaction_;
  Stage stage_ = Stage::Transaction;
  bool number_refused_ = false;  ///< the order has not left, and will not
  dlms::AccessResult result_ = dlms::AccessResult::Success;
};

}  // namespace metergate::dlms_driver
