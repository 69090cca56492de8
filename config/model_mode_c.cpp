// SPDX-License-Identifier: Apache-2.0
#include "config/model_mode_c.hpp"

#include <algorithm>

#include "meters/models/readout_codec.hpp"

namespace metergate::config {
namespace {

constexpr std::string_view kName =
    "a data set's name as the meter writes it, such as 1.8.0: at most 16 characters without ( ) / "
    "and !";

void read_name(TableReader& in, std::string_view key, std::string& into,
               Need need = Need::Optional) {
  in.text(key, into, need);
  const bool holds = !into.empty() && iec62056_21::is_data_set({into, {{"0", {}}}});
  if (in.has(key) && !holds) in.contradicts(key, kName);
}

model::ModeCRegister read_register(TableReader& in) {
  model::ModeCRegister out;
  in.word<cosem::ObisCode>("obis", out.obis, cosem::ObisCode::parse,
                           "an OBIS code such as 1-0:1.8.0", Need::Required);
  in.text("name", out.name, Need::Required);
  read_name(in, "readout", out.readout, Need::Required);
  in.word<Unit>("unit", out.unit, parse_unit, "a unit such as Wh, W, V, A, Hz");
  in.text("written_unit", out.written_unit);
  if (in.has("written_unit") && !model::scale_between(out.written_unit, out.unit)) {
    in.contradicts("written_unit", "the unit or a multiple of it, such as kWh for Wh");
  }
  in.finish();
  return out;
}

}  // namespace

void read_mode_c(TableReader in, model::ModeCLayout& into) {
  read_name(in, "serial", into.serial);
  read_name(in, "firmware", into.firmware);
  read_name(in, "date", into.date);
  read_name(in, "time", into.time);
  read_name(in, "date_time", into.date_time);
  if (into.date.empty() != into.time.empty()) {
    in.missing(into.date.empty() ? "date" : "time", "date and time, or date_time");
  }
  if (!into.date.empty() && !into.date_time.empty()) {
    in.contradicts("date_time", "date_time, or date and time");
  }
  in.duration("to_utc_min", into.to_utc, {-840, 840});
  for (TableReader& table : in.tables("register")) {
    model::ModeCRegister one = read_register(table);
    // A reading has one value a code.
    if (std::ranges::find(into.registers, one.obis, &model::ModeCRegister::obis) !=
        into.registers.end()) {
      table.contradicts("obis", "a code that no other register has");
    }
    into.registers.push_back(std::move(one));
  }
  in.finish();
}

}  // namespace metergate::config
