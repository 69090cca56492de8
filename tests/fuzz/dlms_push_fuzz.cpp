// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "gateway/drivers/dlms_push.hpp"
#include "protocols/cosem/classes.hpp"

/// Whatever a meter pushes: it is understood or refused with a sentence, and what is understood
/// lies in the time in which it can have happened.
namespace {

using namespace metergate;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr UtcSeconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} +
                          std::chrono::hours{10}};

model::MeterModel meter_model() {
  using cosem::obis;
  model::MeterModel out;
  out.profile_channels = {{obis(1, 0, 1, 29, 0), "import", Unit::Wh, 0}};
  out.daily_channels = {{obis(1, 0, 1, 8, 0), "import", Unit::Wh, 0}};
  out.event_codes = {{400, EventCode::ClockSet}};
  model::DlmsLayout& at = out.dlms;
  at.serial = cosem::kDeviceId;
  at.load_profile = cosem::kLoadProfile;
  at.daily_profile = cosem::kDailyProfile;
  at.logs = {{LogId::Configuration, cosem::event_log_object(4)}};
  at.log_columns.sequence = 0x600F;
  at.registers = {{obis(1, 0, 1, 8, 0), "import", 3, 2, Unit::Wh}};
  at.pushes = {{{}, {{1, cosem::kDeviceId, 2, 0}, {7, cosem::kLoadProfile, 2, 0}}}};
  at.columns = {{cosem::kLoadProfile,
                 {{8, cosem::kClock, 2, 0}, {3, obis(1, 0, 1, 29, 0), 2, 0}},
                 std::chrono::minutes{30}}};
  at.scalers = {{obis(1, 0, 1, 29, 0), 0}, {obis(1, 0, 1, 8, 0), 0}};
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const model::MeterModel model = meter_model();
  const dlms_driver::Subject subject{model, std::make_shared<dlms_driver::Learnt>(), {}};
  const auto told = dlms_driver::read_push({data, size}, subject, {Instant{}, UtcTime{kNow}});
  if (!told) {
    require(!told.error().what.empty());
    return 0;
  }
  require(told->registers.read_at <= UtcTime{kNow});
  require(told->left.size() <= cosem::kMostPushedElements + 1);
  for (std::size_t at = 0; at < told->intervals.size(); ++at) {
    const UtcSeconds start = told->intervals[at].start;
    require(start < kNow + dlms_driver::kClockAhead);
    require(start >= kNow - dlms_driver::kOldestPushed - std::chrono::days{1});
    require(at == 0 || told->intervals[at - 1].start < start);
  }
  for (const LogEntry& entry : told->entries) require(entry.sequence != 0);
  return 0;
}
