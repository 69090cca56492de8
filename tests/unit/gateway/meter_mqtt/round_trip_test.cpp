// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "gateway/meter_mqtt/messages.hpp"

// What one side writes the other reads back: for any operation, answer, push and presence.
namespace metergate::meter_mqtt {
namespace {

using cosem::ObisCode;

constexpr UtcTime kReadAt{std::chrono::milliseconds{1'772'360'223'250}};
constexpr std::int64_t kMostDecimal = 999'999'999'999'999'999;

UtcSeconds any_time() {
  return UtcSeconds{std::chrono::seconds{*rc::gen::inRange<std::int64_t>(0, 4'000'000'000)}};
}

ObisCode any_obis() { return ObisCode{*rc::gen::arbitrary<std::array<std::uint8_t, 6>>()}; }

std::vector<ObisCode> any_codes() {
  const auto groups = *rc::gen::unique<std::vector<std::array<std::uint8_t, 6>>>(
      rc::gen::arbitrary<std::array<std::uint8_t, 6>>());
  std::vector<ObisCode> codes;
  for (const auto& one : groups) codes.emplace_back(one);
  return codes;
}

IntervalValues any_values() {
  const IntervalMarks marks{*rc::gen::inRange<std::uint16_t>(0, 64)};
  IntervalValues values;
  for (const ObisCode& code : any_codes()) {
    values.push_back({code, *rc::gen::arbitrary<std::int64_t>(), marks});
  }
  return values;
}

std::vector<ProfileInterval> any_intervals(UtcSeconds from) {
  std::vector<ProfileInterval> rows(*rc::gen::inRange<std::size_t>(0, 6));
  for (auto& row : rows) {
    row = {from, any_values()};
    from += std::chrono::seconds{*rc::gen::inRange(1, 5'000)};
  }
  return rows;
}

std::vector<DailySnapshot> any_days(std::chrono::sys_days from) {
  std::vector<DailySnapshot> rows(*rc::gen::inRange<std::size_t>(0, 6));
  for (auto& row : rows) {
    row = {from, any_values()};
    from += std::chrono::days{*rc::gen::inRange(1, 4)};
  }
  return rows;
}

RegisterReading any_reading(const std::vector<ObisCode>& codes) {
  RegisterReading reading{kReadAt, {}};
  for (const ObisCode& code : codes) {
    const Decimal value{*rc::gen::inRange(-kMostDecimal, kMostDecimal),
                        static_cast<std::int8_t>(*rc::gen::inRange(-6, 1))};
    const auto unit = static_cast<Unit>(*rc::gen::inRange(0, 16));
    reading.values.push_back({code, value, unit});
  }
  return reading;
}

std::vector<LogEntry> any_entries(LogId log, std::uint32_t after) {
  std::vector<LogEntry> entries(*rc::gen::inRange<std::size_t>(0, 6));
  for (LogEntry& entry : entries) {
    after += *rc::gen::inRange<std::uint32_t>(1, 100);
    entry = {log,
             after,
             any_time(),
             *rc::gen::element(EventCode::Unknown, EventCode::SupplyOff, EventCode::ClockFault),
             *rc::gen::arbitrary<std::uint16_t>(),
             *rc::gen::arbitrary<std::uint16_t>(),
             *rc::gen::arbitrary<std::uint32_t>()};
  }
  return entries;
}

/// What came back, or a failed property.
template <typename Kind>
Kind back(const operation::Operation& asked, const operation::Answer& answer) {
  const auto response = decode_response(asked, encode_answer("7", answer), kReadAt);
  if (!response) RC_FAIL(response.error());
  return std::get<Kind>(std::get<operation::Answer>(*response));
}

RC_GTEST_PROP(MeterRoundTrip, OfRequests, ()) {
  const auto transaction = *rc::gen::inRange<std::uint32_t>(1, 0xFFFF'FFFF);
  const std::vector<operation::Operation> all{
      operation::Identify{},
      operation::ReadRegisters{any_codes()},
      operation::ReadProfile{any_time(), any_time()},
      operation::ReadDaily{std::chrono::floor<std::chrono::days>(any_time()),
                           std::chrono::floor<std::chrono::days>(any_time())},
      operation::ReadLog{*rc::gen::elementOf(kAllLogs), *rc::gen::arbitrary<std::uint32_t>()},
      operation::ReadClock{},
      operation::SetClock{any_time(), transaction},
      operation::ReadRelay{},
      operation::OperateRelay{SupplyState::Armed, transaction},
      operation::WriteToken{*Token::parse("47126853900317548264"), transaction},
      operation::ReadTransaction{transaction}};
  for (const auto& operation : all) {
    const auto request = decode_request(with_id("a-7", encode_request(operation)));
    if (!request) RC_FAIL(request.error().what);
    RC_ASSERT(request->id == "a-7");
    RC_ASSERT(request->operation.index() == operation.index());
    RC_ASSERT(encode_request(request->operation) == encode_request(operation));
  }
}

RC_GTEST_PROP(MeterRoundTrip, OfProfilePages, ()) {
  const UtcSeconds from = any_time();
  const auto rows = any_intervals(from);
  const UtcSeconds covered_to =
      (rows.empty() ? from : rows.back().start) + std::chrono::seconds{1'800};
  const operation::ProfilePage page{rows, covered_to};
  const auto read = back<operation::ProfilePage>(
      operation::ReadProfile{from, covered_to + std::chrono::hours{1}}, page);
  RC_ASSERT(read.intervals == rows);
  RC_ASSERT(read.covered_to == covered_to);
}

RC_GTEST_PROP(MeterRoundTrip, OfDailyPages, ()) {
  const auto from = std::chrono::floor<std::chrono::days>(any_time());
  const auto rows = any_days(from);
  const auto covered_to = (rows.empty() ? from : rows.back().day) + std::chrono::days{1};
  const auto read = back<operation::DailyPage>(operation::ReadDaily{from, covered_to},
                                               operation::DailyPage{rows, covered_to});
  RC_ASSERT(read.snapshots == rows);
  RC_ASSERT(read.covered_to == covered_to);
}

RC_GTEST_PROP(MeterRoundTrip, OfLogPages, ()) {
  const auto log = *rc::gen::elementOf(kAllLogs);
  const auto after = *rc::gen::inRange<std::uint32_t>(0, 1'000'000);
  const auto entries = any_entries(log, after);
  const bool complete = entries.empty() || *rc::gen::arbitrary<bool>();
  const auto read = back<operation::LogPage>(operation::ReadLog{log, after},
                                             operation::LogPage{log, entries, complete});
  RC_ASSERT(read.entries == entries);
  RC_ASSERT(read.complete == complete);
}

RC_GTEST_PROP(MeterRoundTrip, OfRegisters, ()) {
  auto codes = any_codes();
  if (codes.empty()) codes.push_back(any_obis());
  const auto reading = any_reading(codes);
  const auto read = back<RegisterReading>(operation::ReadRegisters{codes}, reading);
  RC_ASSERT(read.values == reading.values);
  RC_ASSERT(read.read_at == kReadAt);
}

RC_GTEST_PROP(MeterRoundTrip, OfRelayAndClock, ()) {
  const RelayReading relay{static_cast<SupplyState>(*rc::gen::inRange(0, 4)),
                           {*rc::gen::inRange<std::uint16_t>(0, 256)},
                           *rc::gen::arbitrary<std::uint16_t>(),
                           *rc::gen::arbitrary<std::uint32_t>()};
  RC_ASSERT(back<RelayReading>(operation::ReadRelay{}, relay) == relay);
  const operation::ClockReading clock{any_time(), kReadAt, *rc::gen::arbitrary<bool>()};
  const auto read = back<operation::ClockReading>(operation::ReadClock{}, clock);
  RC_ASSERT(read.meter_time == clock.meter_time);
  RC_ASSERT(read.meter_trusts_it == clock.meter_trusts_it);
}

RC_GTEST_PROP(MeterRoundTrip, OfOrdersAndTheirEvidence, ()) {
  operation::OrderTaken taken;
  if (*rc::gen::arbitrary<bool>()) {
    taken.value = *rc::gen::arbitrary<std::int64_t>();
    taken.unit_word = *rc::gen::element<std::string>("wh", "minor");
  }
  const operation::OrderRefused refused{
      static_cast<operation::MeterRefusal>(*rc::gen::inRange(0, 15)), "E21"};
  const operation::Operation order = operation::OperateRelay{SupplyState::Off, 5};
  const operation::Operation question = operation::ReadTransaction{5};

  const auto yes = back<operation::OrderAnswer>(order, operation::OrderAnswer{taken});
  RC_ASSERT(std::get<operation::OrderTaken>(yes).value == taken.value);
  RC_ASSERT(std::get<operation::OrderTaken>(yes).unit_word == taken.unit_word);
  const auto no = back<operation::OrderAnswer>(order, operation::OrderAnswer{refused});
  RC_ASSERT(std::get<operation::OrderRefused>(no).refusal == refused.refusal);
  RC_ASSERT(std::get<operation::OrderRefused>(no).raw == refused.raw);

  const std::vector<operation::TransactionEvidence> evidence{
      taken, refused, operation::TransactionNotTaken{}, operation::TransactionUnknown{}};
  for (const auto& one : evidence) {
    RC_ASSERT(back<operation::TransactionEvidence>(question, one).index() == one.index());
  }
}

RC_GTEST_PROP(MeterRoundTrip, OfPushes, ()) {
  const std::vector<Push> pushes{any_reading(any_codes()), any_intervals(any_time()),
                                 any_days(std::chrono::floor<std::chrono::days>(any_time())),
                                 any_entries(LogId::Tamper, 0)};
  for (const Push& push : pushes) {
    const auto read = decode_push(push_word(push), encode_push(push), kReadAt);
    if (!read) RC_FAIL(read.error());
    RC_ASSERT(read->index() == push.index());
    RC_ASSERT(encode_push(*read) == encode_push(push));
  }
}

RC_GTEST_PROP(MeterRoundTrip, OfPresence, ()) {
  const Presence birth{
      true, "PM-1", "premier-211", "3.02", *rc::gen::arbitrary<std::uint32_t>(), any_time()};
  const auto read = decode_presence(encode_presence(birth));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == birth);
}

RC_GTEST_PROP(MeterMessages, CutShortAreNeverTakenForWholeOnes, ()) {
  const std::string whole = encode_answer("7", operation::ClockReading{any_time(), kReadAt, true});
  const auto length = *rc::gen::inRange<std::size_t>(0, whole.size());
  RC_ASSERT(!decode_response(operation::ReadClock{}, whole.substr(0, length), kReadAt).has_value());
}

}  // namespace
}  // namespace metergate::meter_mqtt
