// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "gateway/meter_mqtt/messages.hpp"

// Changes of tenancy, supplier and tariff, tariffs and billing snapshots over MQTT.
namespace metergate::meter_mqtt {
namespace {

using testing::HasSubstr;

constexpr UtcTime kReadAt{std::chrono::milliseconds{1'772'360'223'250}};

std::uint32_t any_u32() { return *rc::gen::arbitrary<std::uint32_t>(); }
UtcSeconds any_time() {
  return UtcSeconds{std::chrono::seconds{*rc::gen::inRange<std::int64_t>(0, 4'000'000'000)}};
}
std::optional<UtcSeconds> any_when() {
  const int sort = *rc::gen::inRange(0, 3);
  if (sort == 0) return std::nullopt;
  return sort == 1 ? operation::kNever : any_time();
}
Supplier any_supplier() {
  std::string name = *rc::gen::container<std::string>(*rc::gen::inRange<std::size_t>(1, 17),
                                                      rc::gen::inRange<char>(' ', '\x7F'));
  if (name.front() == ' ') name.front() = '"';
  if (name.back() == ' ') name.back() = '\\';
  return {any_u32(), name};
}
Tariff any_tariff() { return {any_u32(), any_supplier(), any_u32()}; }

template <typename Order>
Order any_change() {
  Order order;
  order.effective = any_when();
  order.actions = ChangeActions::of_bits(any_u32());
  order.relay = *rc::gen::element(RelayAfter::Unchanged, RelayAfter::Off, RelayAfter::Armed);
  order.event_id = any_u32();
  order.transaction = *rc::gen::inRange<std::uint32_t>(1, 0xFFFF'FFFF);
  return order;
}

template <typename Order>
Order over_the_wire(const Order& order) {
  const auto request = decode_request(with_id("a-7", encode_request(order)));
  if (!request) RC_FAIL(request.error().what);
  return std::get<Order>(request->operation);
}
template <typename Order>
bool same_change(const Order& a, const Order& b) {
  return a.effective == b.effective && a.actions == b.actions && a.relay == b.relay &&
         a.event_id == b.event_id && a.transaction == b.transaction;
}

RC_GTEST_PROP(MeterChangesRoundTrip, OfChangesOfTenancy, ()) {
  const auto order = any_change<operation::ChangeTenancy>();
  RC_ASSERT(same_change(over_the_wire(order), order));
}

RC_GTEST_PROP(MeterChangesRoundTrip, OfChangesOfSupplier, ()) {
  auto order = any_change<operation::ChangeSupplier>();
  order.supplier = any_supplier();
  const auto read = over_the_wire(order);
  RC_ASSERT(same_change(read, order));
  RC_ASSERT(read.supplier == order.supplier);
}

RC_GTEST_PROP(MeterChangesRoundTrip, OfTariffOrders, ()) {
  const operation::SetTariff order{any_tariff(), any_when(),
                                   *rc::gen::inRange<std::uint32_t>(1, 0xFFFF'FFFF)};
  const auto read = over_the_wire(order);
  RC_ASSERT(read.tariff == order.tariff);
  RC_ASSERT(read.activates == order.activates);
  RC_ASSERT(read.transaction == order.transaction);
}

RC_GTEST_PROP(MeterChangesRoundTrip, OfTariffs, ()) {
  TariffReading reading{kReadAt, any_tariff(), {}};
  UtcSeconds activates = any_time();
  for (int left = *rc::gen::inRange(0, 5); left > 0; --left) {
    reading.pending.push_back({any_tariff(), activates});
    activates += std::chrono::seconds{*rc::gen::inRange(0, 100'000)};
  }
  const auto read = decode_response(operation::ReadTariff{}, encode_answer("7", reading), kReadAt);
  if (!read) RC_FAIL(read.error());
  RC_ASSERT(std::get<TariffReading>(std::get<operation::Answer>(*read)) == reading);
}

RC_GTEST_PROP(MeterChangesRoundTrip, OfBillingPages, ()) {
  const std::uint32_t after = *rc::gen::inRange<std::uint32_t>(0, 1'000'000);
  operation::BillingPage page;
  std::uint32_t sequence = after;
  for (int left = *rc::gen::inRange(0, 6); left > 0; --left) {
    sequence += *rc::gen::inRange<std::uint32_t>(1, 100);
    page.snapshots.push_back(
        {sequence, any_time(),
         static_cast<BillingCause>(*rc::gen::inRange(1, int{kBillingCauses} + 1)),
         *rc::gen::arbitrary<std::int64_t>(), *rc::gen::arbitrary<std::int64_t>(),
         *rc::gen::arbitrary<std::int64_t>(), any_u32(), any_u32()});
  }
  page.complete = page.snapshots.empty() || *rc::gen::arbitrary<bool>();
  const auto read =
      decode_response(operation::ReadBilling{after}, encode_answer("7", page), kReadAt);
  if (!read) RC_FAIL(read.error());
  const auto& back = std::get<operation::BillingPage>(std::get<operation::Answer>(*read));
  RC_ASSERT(back.snapshots == page.snapshots);
  RC_ASSERT(back.complete == page.complete);
}

std::string fault_of(std::string_view method, std::string_view params) {
  const auto request = decode_request(R"({"id":"7","method":")" + std::string{method} +
                                      R"(","params":)" + std::string{params} + "}");
  if (request) return "understood";
  EXPECT_EQ(request.error().code, operation::MeterRefusal::Malformed);
  return request.error().what;
}

TEST(MeterChanges, ActionTheMeterDoesNotKnowIsNotPassedOver) {
  EXPECT_THAT(fault_of("change-tenancy",
                       R"({"actions":["purge-all"],"relay":"off","event_id":1,"transaction":1})"),
              HasSubstr("params.actions is [\"purge-all\"]"));
}

TEST(MeterChanges, RelayIsNeverClosedByAChange) {
  EXPECT_THAT(
      fault_of("change-tenancy", R"({"actions":[],"relay":"on","event_id":1,"transaction":1})"),
      HasSubstr("params.relay is \"on\"; expected unchanged, off or armed"));
}

TEST(MeterChanges, TransactionZeroIsForTheMetersOwnPort) {
  EXPECT_THAT(
      fault_of("change-tenancy", R"({"actions":[],"relay":"off","event_id":1,"transaction":0})"),
      HasSubstr("params.transaction is 0"));
}

TEST(MeterChanges, TimeIsOneOrNever) {
  EXPECT_THAT(
      fault_of("change-tenancy",
               R"({"effective":"soon","actions":[],"relay":"off","event_id":1,"transaction":1})"),
      HasSubstr("params.effective is \"soon\"; expected a time such as"));
}

TEST(MeterChanges, MistakeInASupplierIsNamedInFull) {
  EXPECT_THAT(fault_of("set-tariff", R"({"tariff":{"id":1,"supplier":{"id":1,"name":""},)"
                                     R"("price_minor_per_kwh":1},"transaction":1})"),
              HasSubstr("params.tariff.supplier.name is \"\"; expected 1 to 16 printable"));
}

std::string nonsense(const operation::Operation& asked, std::string_view result) {
  const auto response =
      decode_response(asked, R"({"id":"7","result":)" + std::string{result} + "}", kReadAt);
  return response ? "understood" : response.error();
}

TEST(MeterChanges, SnapshotsOfAPageAscendAndFollowWhatWasAsked) {
  const std::string row = R"({"sequence":3,"time":"2026-03-01T00:00:00Z","cause":"period",)"
                          R"("import_wh":1,"import_varh":1,"balance_minor":1,"tariff":0,)"
                          R"("supplier":1})";
  EXPECT_EQ(nonsense(operation::ReadBilling{2}, "{\"snapshots\":[" + row + "],\"complete\":true}"),
            "understood");
  EXPECT_THAT(
      nonsense(operation::ReadBilling{3}, "{\"snapshots\":[" + row + "],\"complete\":true}"),
      HasSubstr("result.snapshots[0].sequence is 3; expected ascending"));
  EXPECT_THAT(nonsense(operation::ReadBilling{2}, R"({"snapshots":[],"complete":false})"),
              HasSubstr("result.complete is false"));
}

TEST(MeterChanges, PendingTariffsComeWithTheSoonestFirst) {
  const std::string tariff = R"("id":1,"supplier":{"id":1,"name":"A"},"price_minor_per_kwh":1)";
  EXPECT_THAT(
      nonsense(operation::ReadTariff{}, R"({"active":{)" + tariff + R"(},"pending":[{)" + tariff +
                                            R"(,"activates":"2026-03-02T00:00:00Z"},{)" + tariff +
                                            R"(,"activates":"2026-03-01T00:00:00Z"}]})"),
      HasSubstr("tariffs with the soonest first"));
}

}  // namespace
}  // namespace metergate::meter_mqtt
