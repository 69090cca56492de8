// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/change_deed.hpp"

#include <charconv>
#include <cstdint>

#include "protocols/octets/hex.hpp"

namespace metergate::virtual_meter::change_deed {
namespace {

constexpr std::string_view kNow = "now";
constexpr std::string_view kNoName = "-";

std::string written(const std::optional<UtcSeconds>& time) {
  return time ? std::to_string(time->time_since_epoch().count()) : std::string{kNow};
}
std::string written(const Supplier& supplier) {
  std::string name = hex::text(Octets{supplier.name.begin(), supplier.name.end()});
  std::erase(name, ' ');
  return std::to_string(supplier.id) + ' ' + (name.empty() ? std::string{kNoName} : name);
}

/// Takes one word after the other; one that does not fit makes the whole no order.
class Words {
 public:
  explicit Words(const std::vector<std::string_view>& words) : words_{words} {}

  template <typename Number>
  Number number() {
    const std::string_view text = word();
    Number value{};
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    fits_ = fits_ && end.ec == std::errc{} && end.ptr == text.data() + text.size();
    return value;
  }
  std::optional<UtcSeconds> time() {
    if (next_ < words_.size() && words_[next_] == kNow) {
      ++next_;
      return std::nullopt;
    }
    return UtcSeconds{std::chrono::seconds{number<std::int64_t>()}};
  }
  RelayAfter relay() {
    const auto relay = parse_relay_after(word());
    fits_ = fits_ && relay;
    return relay.value_or(RelayAfter::Unchanged);
  }
  Supplier supplier() {
    Supplier supplier{number<std::uint32_t>(), {}};
    const std::string_view text = word();
    if (text == kNoName) return supplier;
    const auto name = hex::parse(text);
    fits_ = fits_ && name;
    if (name) supplier.name.assign(name->begin(), name->end());
    return supplier;
  }
  [[nodiscard]] bool all_fit() const { return fits_ && next_ == words_.size(); }

 private:
  std::string_view word() {
    if (next_ < words_.size()) return words_[next_++];
    fits_ = false;
    return {};
  }

  const std::vector<std::string_view>& words_;
  std::size_t next_ = 0;
  bool fits_ = true;
};

template <typename Order>
std::optional<Order> if_whole(const Words& words, Order order) {
  if (!words.all_fit()) return std::nullopt;
  return order;
}

template <typename Order>
std::string change_text(const Order& order) {
  return std::to_string(order.transaction) + ' ' + written(order.effective) + ' ' +
         std::to_string(order.actions.bits()) + ' ' + std::string{relay_after_word(order.relay)} +
         ' ' + std::to_string(order.event_id);
}

template <typename Order>
Order read_change(Words& words) {
  Order order;
  order.transaction = words.number<operation::TransactionId>();
  order.effective = words.time();
  order.actions = ChangeActions::of_bits(words.number<std::uint32_t>());
  order.relay = words.relay();
  order.event_id = words.number<std::uint32_t>();
  return order;
}

}  // namespace

std::string text(const operation::ChangeTenancy& order) { return "tenancy " + change_text(order); }

std::string text(const operation::ChangeSupplier& order) {
  return "supplier " + change_text(order) + ' ' + written(order.supplier);
}

std::string text(const operation::SetTariff& order) {
  return "tariff " + std::to_string(order.transaction) + ' ' + written(order.activates) + ' ' +
         std::to_string(order.tariff.id) + ' ' + std::to_string(order.tariff.price_minor_per_kwh) +
         ' ' + written(order.tariff.supplier);
}

std::optional<operation::ChangeTenancy> parse_tenancy(
    const std::vector<std::string_view>& words_in) {
  Words words{words_in};
  return if_whole(words, read_change<operation::ChangeTenancy>(words));
}

std::optional<operation::ChangeSupplier> parse_supplier(
    const std::vector<std::string_view>& words_in) {
  Words words{words_in};
  auto order = read_change<operation::ChangeSupplier>(words);
  order.supplier = words.supplier();
  return if_whole(words, std::move(order));
}

std::optional<operation::SetTariff> parse_tariff(const std::vector<std::string_view>& words_in) {
  Words words{words_in};
  operation::SetTariff order;
  order.transaction = words.number<operation::TransactionId>();
  order.activates = words.time();
  order.tariff.id = words.number<std::uint32_t>();
  order.tariff.price_minor_per_kwh = words.number<std::uint32_t>();
  order.tariff.supplier = words.supplier();
  return if_whole(words, std::move(order));
}

}  // namespace metergate::virtual_meter::change_deed
