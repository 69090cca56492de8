// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/drivers/dlms_operations.hpp"
#include "gateway/drivers/dlms_rows.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/profile_rows.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/selective_access.hpp"

namespace metergate::dlms_driver {
namespace {

namespace profile = cosem::profile_generic;

constexpr std::uint32_t kMostEntries = 20;

/// An event log: a profile whose rows have a running number. The newest number says how many rows
/// are wanted; they are the last of the buffer.
class ReadLog : public DlmsExchange {
 public:
  ReadLog(const Subject& subject, operation::ReadLog op)
      : DlmsExchange{subject}, op_{op}, log_{layout().logs.at(op.log)} {}

  DriverStep begin(Now now) override {
    if (const KnownProfile* known = learnt().find(profile_of(log_), now)) {
      shape_ = known->what.shape;
      stage_ = Stage::News;
      return get(
          {attribute_of(profile::kClass, log_, profile::kEntriesInUse), sequence_register()});
    }
    stage_ = Stage::Shape;
    return get({attribute_of(profile::kClass, log_, profile::kCaptureObjects),
                attribute_of(profile::kClass, log_, profile::kEntriesInUse),
                attribute_of(profile::kClass, log_, profile::kSortMethod)});
  }

 private:
  enum class Stage : std::uint8_t { Shape, Newest, News, Buffer };

  DriverStep got(std::vector<dlms::GetResult> results, Now now) override {
    if (const auto* why = std::get_if<dlms::AccessResult>(&results.front())) {
      if (stage_ != Stage::Buffer || !by_entries_) return refuse(*why);
      learnt().entries_refused = true;
      return ask_rows();
    }
    switch (stage_) {
      case Stage::Shape:
        return take_shape(results, now);
      case Stage::Newest:
        newest_ = number(results, 0);
        return ask_rows();
      case Stage::News:
        in_use_ = number(results, 0);
        newest_ = number(results, 1);
        return in_use_ == 0 ? end({}) : ask_rows();
      case Stage::Buffer:
        break;
    }
    return take_rows(std::move(std::get<dlms::Data>(results.front())));
  }

  DriverStep refused(std::string what, Now now) override {
    if (stage_ != Stage::Buffer || !by_entries_) return DlmsExchange::refused(what, now);
    learnt().entries_refused = true;
    return ask_rows();
  }

  static std::uint32_t number(const std::vector<dlms::GetResult>& results, std::size_t at) {
    const dlms::Data* data = data_of(results[at]);
    const auto value = data != nullptr ? dlms::integer_of(*data) : std::nullopt;
    return static_cast<std::uint32_t>(std::max<std::int64_t>(value.value_or(0), 0));
  }

  DriverStep take_shape(const std::vector<dlms::GetResult>& results, Now now) {
    auto columns = cosem::decode_columns(*data_of(results[0]));
    if (!columns) return meaningless("the log tells no columns");
    shape_.columns = std::move(*columns);
    shape_.zone = {layout().to_utc, {}};
    in_use_ = number(results, 1);
    shape_.newest_first = number(results, 2) == 2;
    const auto sequence = column(layout().log_columns.sequence);
    if (!cosem::clock_column(shape_.columns) || !column(layout().log_columns.code) || !sequence) {
      return meaningless("the log has no time, code or running number among its columns");
    }
    learnt().keep(profile_of(log_), {{shape_, {}}, now.instant});
    if (in_use_ == 0) return end({});
    stage_ = Stage::Newest;
    return get({sequence_register()});
  }

  /// Where the running number of the newest entry stands.
  [[nodiscard]] dlms::AttributeReference sequence_register() const {
    const cosem::CaptureObject& object = shape_.columns[*column(layout().log_columns.sequence)];
    return attribute_of(object.class_id, object.logical_name, object.attribute);
  }

  DriverStep ask_rows() {
    if (newest_ <= op_.after_sequence) return end({});
    const std::uint32_t news = std::min(newest_ - op_.after_sequence, in_use_);
    dlms::AttributeReference buffer = attribute_of(profile::kClass, log_, profile::kBuffer);
    by_entries_ = !learnt().entries_refused;
    if (by_entries_) {
      const std::uint32_t count = std::min(news, kMostEntries);
      dlms::EntryAccess entries;
      // The oldest of the news first, so that a log is read without a gap.
      entries.from_entry = shape_.newest_first ? news - count + 1 : in_use_ - news + 1;
      entries.to_entry = entries.from_entry + count - 1;
      buffer.access = dlms::select(entries);
    }
    stage_ = Stage::Buffer;
    return get({std::move(buffer)});
  }

  [[nodiscard]] std::optional<std::size_t> column(std::uint16_t groups) const {
    return column_of(shape_.columns, groups);
  }

  DriverStep take_rows(dlms::Data buffer) {
    auto rows = cosem::decode_rows(std::move(buffer), shape_);
    if (!rows) {
      learnt().profiles.erase(profile_of(log_));
      return meaningless("row " + std::to_string(rows.error().row) +
                         " of the log: " + rows.error().what);
    }
    std::vector<LogEntry> entries;
    for (const cosem::ProfileRow& row : *rows) {
      const LogEntry entry = log_entry_of(row, shape_.columns, op_.log, meter_model());
      if (entry.sequence > op_.after_sequence && row.time) entries.push_back(entry);
    }
    std::ranges::sort(entries, {}, &LogEntry::sequence);
    return end(std::move(entries));
  }

  DriverStep end(std::vector<LogEntry> entries) {
    operation::LogPage page{op_.log, std::move(entries), false};
    const std::uint32_t reached =
        page.entries.empty() ? op_.after_sequence : page.entries.back().sequence;
    page.complete = page.entries.empty() || reached >= newest_;
    return finish(std::move(page));
  }

  operation::ReadLog op_;
  cosem::ObisCode log_;
  Stage stage_ = Stage::Shape;
  cosem::ProfileShape shape_;
  std::uint32_t in_use_ = 0;
  std::uint32_t newest_ = 0;
  bool by_entries_ = false;
};

}  // namespace

ExchangePtr read_log(Subject subject, operation::ReadLog op) {
  return std::make_unique<ReadLog>(subject, op);
}

}  // namespace metergate::dlms_driver
