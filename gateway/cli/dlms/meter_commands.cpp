// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/dlms/meter_commands.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>

#include "gateway/cli/dlms/attribute_names.hpp"
#include "gateway/cli/dlms/image_command.hpp"
#include "gateway/cli/dlms/meter.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/explain/dlms_data_text.hpp"
#include "gateway/cli/terminal/table.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/cosem/object_list.hpp"
#include "protocols/cosem/profile_rows.hpp"
#include "protocols/cosem/scaler_unit.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/selective_access.hpp"
#include "protocols/iso8601/rfc3339.hpp"

namespace metergate::cli {
namespace {

using dlms::Data;

struct Options {
  DlmsMeterOptions meter;
  std::string object;
  std::string profile = "1-0:99.1.0*255";
  unsigned days = 1;
};

dlms::AttributeReference object_list() {
  return {
      cosem::association::kClass, cosem::kCurrentAssociation, cosem::association::kObjectList, {}};
}

int discover(Console& console, const Options& options) {
  auto meter = call_dlms_meter(options.meter);
  if (!meter) return complain(console, meter.error());
  const auto data = (*meter)->read(object_list());
  if (!data) return complain(console, data.error());
  const auto list = cosem::decode_object_list(data.value());
  if (!list) return complain(console, {kRefused, "the meter's list of objects makes no sense"});
  Table table{{{"class", Table::Align::Right}, {"version", Table::Align::Right}, {"object"}}};
  for (const cosem::ObjectListEntry& entry : *list) {
    table.add(
        {std::to_string(entry.class_id), std::to_string(entry.version), entry.logical_name.text()});
  }
  console.out << table.text();
  return kOk;
}

/// What is to be read; attribute 0: all of them.
constexpr std::int8_t kAllAttributes = 0;

/// `OBIS[:class[:attribute]]`; an OBIS code holds one colon itself.
CliResult<dlms::AttributeReference> reference(const std::string& text) {
  const auto wrong = [&] {
    return failure(CliError{kUsage, "`" + text +
                                        "`: must be OBIS[:CLASS[:ATTRIBUTE]], like "
                                        "1-0:1.8.0:3:2, or `all` in the attribute's place"});
  };
  const auto first = text.find(':', text.find(':') + 1);
  const auto name = cosem::ObisCode::parse(std::string_view{text}.substr(0, first));
  if (text.find(':') == std::string::npos || !name) return wrong();
  dlms::AttributeReference out{cosem::register_object::kClass, *name, 2, {}};
  if (first == std::string::npos) return out;
  const auto second = text.find(':', first + 1);
  const std::string class_id = text.substr(first + 1, second - first - 1);
  const std::string attribute = second == std::string::npos ? "2" : text.substr(second + 1);
  const auto number = [](const std::string& digits, auto& into) {
    const auto end = digits.data() + digits.size();
    return std::from_chars(digits.data(), end, into).ptr == end && !digits.empty();
  };
  if (!number(class_id, out.class_id)) return wrong();
  if (attribute == "all") {
    out.attribute = kAllAttributes;
    return out;
  }
  if (!number(attribute, out.attribute) || out.attribute < 1) return wrong();
  return out;
}

/// Those of the class, or, where these have no names here, those that the meter's list tells.
CliResult<std::vector<AttributeName>> attributes_of(DlmsMeterCall& meter,
                                                    const dlms::AttributeReference& wanted) {
  if (const ClassNames* names = class_names(wanted.class_id)) {
    return std::vector(names->attributes.begin(), names->attributes.end());
  }
  const auto list = meter.read(object_list());
  if (!list) return failure(list.error());
  std::vector<AttributeName> out;
  for (const std::int8_t number :
       cosem::listed_attributes(*list, wanted.class_id, wanted.logical_name)) {
    out.push_back({number, {}});
  }
  if (out.empty()) {
    return failure(CliError{kRefused, "the meter's list tells no attributes of class " +
                                          std::to_string(wanted.class_id) + ", " +
                                          wanted.logical_name.text()});
  }
  return out;
}

/// Every attribute; what the meter refuses is said so.
int read_all(Console& console, DlmsMeterCall& meter, dlms::AttributeReference wanted) {
  const auto attributes = attributes_of(meter, wanted);
  if (!attributes) return complain(console, attributes.error());
  const ClassNames* names = class_names(wanted.class_id);
  Outline out;
  out.line(0, (names != nullptr ? std::string{names->name}
                                : "class " + std::to_string(wanted.class_id)) +
                  ' ' + wanted.logical_name.text());
  std::size_t told = 0;
  for (const AttributeName& attribute : *attributes) {
    const std::string number = "attribute " + std::to_string(attribute.number);
    FieldName is = attribute.is;
    if (is.name.empty()) is.name = number;
    if (!attribute.instead.empty()) {
      out.line(1, std::string{is.name} + ": " + std::string{attribute.instead});
      continue;
    }
    wanted.attribute = attribute.number;
    const auto result = meter.get(wanted);
    if (!result) return complain(console, result.error());
    if (const auto* no = std::get_if<dlms::AccessResult>(&*result)) {
      out.line(1, std::string{is.name} + ": the meter says " +
                      std::string{dlms::access_result_word(*no)});
      continue;
    }
    ++told;
    outline_named(out, 1, is, std::get<Data>(*result));
  }
  console.out << out.text();
  return told == 0 ? kRefused : kOk;
}

int read(Console& console, const Options& options) {
  const auto wanted = reference(options.object);
  if (!wanted) return complain(console, wanted.error());
  auto meter = call_dlms_meter(options.meter);
  if (!meter) return complain(console, meter.error());
  if (wanted->attribute == kAllAttributes) return read_all(console, **meter, *wanted);
  const auto data = (*meter)->read(wanted.value());
  if (!data) return complain(console, data.error());
  Outline out;
  const FieldName* name = attribute_name(wanted->class_id, wanted->attribute);
  // A value alone needs no name.
  if (name != nullptr && wanted->class_id > cosem::register_object::kClass) {
    outline_named(out, 0, *name, data.value());
  } else {
    outline_data(out, 0, {}, data.value());
  }
  console.out << out.text();
  const bool measured = wanted->class_id == cosem::register_object::kClass &&
                        wanted->attribute == cosem::register_object::kValue;
  const auto number = measured ? dlms::integer_of(data.value()) : std::nullopt;
  if (!number) return kOk;
  const auto scale = (*meter)->read(
      {wanted->class_id, wanted->logical_name, cosem::register_object::kScalerUnit, {}});
  const auto scaler = scale ? cosem::decode_scaler_unit(scale.value()) : std::nullopt;
  if (scaler) {
    console.out << "= " << cosem::decimal_text(*number, scaler->scaler) << ' '
                << cosem::unit_symbol(scaler->unit) << '\n';
  }
  return kOk;
}

std::string column_text(const cosem::CaptureObject& column) {
  if (column.class_id == cosem::clock::kClass) return "time";
  return column.logical_name.text() +
         (column.index == 0 ? std::string{} : "/" + std::to_string(column.index));
}

/// Where a profile is to end; its rows are worth having although the clock is not to be had.
UtcSeconds meter_time(Console& console, DlmsMeterCall& meter) {
  const auto clock = meter.read({cosem::clock::kClass, cosem::kClock, cosem::clock::kTime, {}});
  const auto stamp = clock ? dlms::date_time_of(clock.value()) : std::nullopt;
  const auto now = stamp ? dlms::to_utc(*stamp) : std::nullopt;
  if (now) return std::chrono::floor<std::chrono::seconds>(*now);
  console.err << "metergate: the meter's clock "
              << (clock ? "makes no sense" : "cannot be read (" + clock.error().text + ")")
              << ": the days are counted by the clock of this box\n";
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

int profile(Console& console, const Options& options) {
  const auto name = cosem::ObisCode::parse(options.profile);
  if (!name) return complain(console, {kUsage, "`" + options.profile + "` is no OBIS code"});
  auto meter = call_dlms_meter(options.meter);
  if (!meter) return complain(console, meter.error());
  const auto attribute = [&](std::int8_t number, std::optional<dlms::SelectiveAccess> part = {}) {
    return (*meter)->read({cosem::profile_generic::kClass, *name, number, std::move(part)});
  };
  const auto objects = attribute(cosem::profile_generic::kCaptureObjects);
  if (!objects) return complain(console, objects.error());
  const auto columns = cosem::decode_columns(objects.value());
  if (!columns) return complain(console, {kRefused, "the profile's columns make no sense"});
  const auto period = attribute(cosem::profile_generic::kCapturePeriod);
  if (!period) return complain(console, period.error());

  const UtcSeconds to = meter_time(console, **meter);
  const auto bound = [](UtcSeconds time) { return dlms::octet_string(dlms::utc_date_time(time)); };
  const auto buffer =
      attribute(cosem::profile_generic::kBuffer,
                dlms::select(dlms::RangeAccess{{cosem::clock::kClass, cosem::kClock, 2, 0},
                                               bound(to - std::chrono::days{options.days}),
                                               bound(to),
                                               {}}));
  if (!buffer) return complain(console, buffer.error());
  const auto rows = cosem::decode_rows(
      buffer.value(),
      {.columns = *columns,
       .capture_period = std::chrono::seconds{dlms::integer_of(period.value()).value_or(0)},
       .zone = {}});
  if (!rows) {
    return complain(
        console, {kRefused, "row " + std::to_string(rows.error().row) + ": " + rows.error().what});
  }
  std::vector<Table::Column> heads;
  for (const cosem::CaptureObject& column : *columns) heads.push_back({column_text(column)});
  Table table{std::move(heads)};
  const auto clock_at = cosem::clock_column(*columns);
  for (const cosem::ProfileRow& row : rows.value()) {
    std::vector<std::string> cells;
    for (std::size_t at = 0; at < row.cells.size(); ++at) {
      const auto number = dlms::integer_of(row.cells[at]);
      cells.push_back(clock_at == at && row.time ? rfc3339::text(*row.time)
                      : number                   ? std::to_string(*number)
                                                 : data_text(row.cells[at]));
    }
    table.add(std::move(cells));
  }
  console.out << table.text();
  return kOk;
}

CLI::App& add(CLI::App& dlms, Action& action, const char* name, const char* help,
              const std::shared_ptr<Options>& options, int (*run)(Console&, const Options&)) {
  CLI::App* command = dlms.add_subcommand(name, help);
  add_dlms_meter_options(*command, options->meter);
  command->callback([options, &action, run] {
    action = [options, run](Console& console) { return run(console, *options); };
  });
  return *command;
}

}  // namespace

void add_dlms_meter_commands(CLI::App& dlms, Action& action) {
  add_dlms_image(dlms, action);
  add(dlms, action, "discover", "The objects a meter has", std::make_shared<Options>(), discover)
      .footer(
          "Examples:\n"
          "  metergate dlms discover --host 127.0.0.1 --port 4059 --client 1\n"
          "  metergate dlms discover --device /dev/ttyUSB0 --physical 17 --client 1");
  auto one = std::make_shared<Options>();
  CLI::App& read_command =
      add(dlms, action, "read", "Read one attribute, or all of an object", one, read);
  read_command.add_option("OBJECT", one->object, "OBIS[:CLASS[:ATTRIBUTE]]; attribute `all`")
      ->required();
  read_command.footer(
      "Examples:\n"
      "  metergate dlms read --host 127.0.0.1 0-0:1.0.0:8\n"
      "  metergate dlms read --host 127.0.0.1 --client 1 1-0:1.8.0\n"
      "  metergate dlms read --host 127.0.0.1 --client 1 0-0:19.0.0:111:all");
  auto rows = std::make_shared<Options>();
  CLI::App& profile_command =
      add(dlms, action, "profile", "Read the newest rows of a profile", rows, profile);
  profile_command.add_option("OBIS", rows->profile, "Which one")->capture_default_str();
  profile_command.add_option("--days", rows->days, "How far back")
      ->check(CLI::Range(1U, 400U))
      ->capture_default_str();
}

}  // namespace metergate::cli
