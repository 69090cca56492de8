// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/drivers/dlms_operations.hpp"
#include "gateway/drivers/dlms_rows.hpp"
#include "protocols/cosem/profile_rows.hpp"
#include "protocols/cosem/scaler_unit.hpp"

namespace metergate::dlms_driver {

/// Reads the rows of a profile: first what they are (columns, period, order, scalers), then those
/// that are wanted. A meter that refuses a range is asked for the last entries, one that refuses
/// those for its whole buffer; what it refuses is not asked of its model again.
class ReadProfileRows : public DlmsExchange {
 public:
  ReadProfileRows(const Subject& subject, const cosem::ObisCode& profile)
      : DlmsExchange{subject}, name_{profile} {}

  DriverStep begin(Now now) override;

 protected:
  /// Stamps of the rows wanted, both included; asked once the period is known.
  struct Wanted {
    UtcSeconds from;
    UtcSeconds to;
  };
  [[nodiscard]] virtual Wanted wanted(std::chrono::seconds period) = 0;
  /// The rows in that range, oldest first.
  [[nodiscard]] virtual DriverStep understand(std::vector<cosem::ProfileRow> rows, Now now) = 0;
  /// Where nothing is, the oldest row there is tells from when on something can be; `oldest` gets
  /// it, or nothing of an empty profile. Nothing to do where the meter gives no single rows.
  [[nodiscard]] std::optional<DriverStep> ask_oldest();
  [[nodiscard]] virtual DriverStep oldest(std::optional<UtcSeconds> time, Now now);

  [[nodiscard]] const cosem::ProfileShape& shape() const { return profile_.shape; }
  [[nodiscard]] Result<IntervalValues, std::string> values_of(
      const cosem::ProfileRow& row, const std::vector<model::Channel>& channels) const {
    return dlms_driver::values_of(row, profile_, layout(), channels);
  }

 private:
  enum class Stage : std::uint8_t { Shape, Scalers, EntriesInUse, Buffer, Oldest };

  DriverStep got(std::vector<dlms::GetResult> results, Now now) override;
  DriverStep refused(std::string what, Now now) override;

  [[nodiscard]] DriverStep take_shape(const std::vector<dlms::GetResult>& results, Now now);
  [[nodiscard]] DriverStep take_scalers(const std::vector<dlms::GetResult>& results, Now now);
  [[nodiscard]] DriverStep take_entries_in_use(const dlms::GetResult& result, Now now);
  [[nodiscard]] DriverStep take_buffer(dlms::GetResult result, Now now);
  [[nodiscard]] DriverStep take_oldest(dlms::GetResult result, Now now);
  [[nodiscard]] DriverStep begin_rows(Now now);
  [[nodiscard]] DriverStep ask_rows(Now now);
  [[nodiscard]] DriverStep ask_otherwise(Now now);

  cosem::ObisCode name_;
  Stage stage_ = Stage::Shape;
  SeenProfile profile_;
  Wanted wanted_{};
  std::vector<std::size_t> scaled_columns_;
  bool by_range_ = false;
  bool by_entries_ = false;
};

}  // namespace metergate::dlms_driver
