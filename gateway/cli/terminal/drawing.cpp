// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/terminal/drawing.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "gateway/cli/terminal/table.hpp"

namespace metergate::cli {
namespace {

using std::chrono::sys_days;

constexpr std::size_t kRows = 6;
constexpr std::size_t kAxisWidth = 9;
constexpr std::array<std::string_view, 9> kUpward{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 9> kRightward{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};

/// What stands in one column of a chart.
struct Column {
  enum class Kind : unsigned char { Outside, Hole, Value };
  Kind kind = Kind::Outside;
  std::int64_t value = 0;
  char flag = ' ';
};

const IntervalValue* value_of(const IntervalValues& values, const cosem::ObisCode& channel) {
  const auto found = std::ranges::find(values, channel, &IntervalValue::channel);
  return found == values.end() ? nullptr : &*found;
}

std::string right(std::string_view text, std::size_t width) {
  const std::size_t shown = shown_width(text);
  return std::string(width > shown ? width - shown : 0, ' ') + std::string{text};
}

std::string amount(const model::Channel& channel, std::int64_t value) {
  return Decimal{value, channel.scale}.text();
}

std::string title(const model::Channel& channel) {
  return channel.name.empty() ? channel.obis.text() : channel.name;
}

std::string with_unit(const model::Channel& channel, std::int64_t value) {
  const std::string_view unit = unit_symbol(channel.unit);
  return amount(channel, value) + (unit.empty() ? "" : " ") + std::string{unit};
}

/// The block of a column in `row` (0 = lowest): eighths of a row above what is full.
std::string_view block(std::int64_t value, std::int64_t most, std::size_t row) {
  constexpr std::size_t kEighths = 8;
  if (value <= 0 || most <= 0) return " ";
  const auto whole = static_cast<double>(kRows * kEighths);
  auto height =
      static_cast<std::size_t>(static_cast<double>(value) / static_cast<double>(most) * whole);
  height = std::clamp<std::size_t>(height, 1, kRows * kEighths);  // a little is not nothing
  const std::size_t below = row * kEighths;
  return height <= below ? " " : kUpward[std::min(height - below, kEighths)];
}

std::string hours_axis(std::size_t columns, CapturePeriod period) {
  constexpr std::chrono::hours kStep{3};
  std::string out(columns + 2, ' ');
  for (std::chrono::hours hour{0}; hour < std::chrono::hours{24}; hour += kStep) {
    const auto at = static_cast<std::size_t>(hour / period);
    const std::string text = (hour.count() < 10 ? "0" : "") + std::to_string(hour.count());
    if (at < columns) out.replace(at, 2, text);
  }
  return out.substr(0, out.find_last_not_of(' ') + 1);
}

std::string draw_day(const Console& console, const ProfileDrawing& drawing, sys_days day,
                     const std::vector<Column>& columns, std::int64_t most) {
  std::int64_t sum = 0;
  std::size_t read = 0;
  std::size_t holes = 0;
  for (const Column& column : columns) {
    if (column.kind == Column::Kind::Hole) ++holes;
    if (column.kind != Column::Kind::Value) continue;
    ++read;
    sum += column.value;
  }
  std::string out = painted(console, Paint::Bold, rfc3339::date_text(day)) + " UTC  " +
                    title(drawing.channel) + "  sum " + with_unit(drawing.channel, sum) + "  " +
                    std::to_string(read) + " intervals";
  if (holes > 0) out += ", " + painted(console, Paint::Red, std::to_string(holes) + " missing");
  out += '\n';
  for (std::size_t row = kRows; row-- > 0;) {
    out += right(row + 1 == kRows ? amount(drawing.channel, most) : "", kAxisWidth) + " ┤";
    for (const Column& column : columns) {
      if (column.kind == Column::Kind::Hole) {
        out += row == 0 ? painted(console, Paint::Red, "·") : " ";
      } else if (column.kind == Column::Kind::Outside) {
        out += ' ';
      } else if (column.flag != ' ') {
        out += painted(console, Paint::Yellow, block(column.value, most, row));
      } else {
        out += block(column.value, most, row);
      }
    }
    out += '\n';
  }
  out += right("0", kAxisWidth) + " ┼";
  for (std::size_t i = 0; i < columns.size(); ++i) out += "─";
  out +=
      '\n' + std::string(kAxisWidth + 2, ' ') + hours_axis(columns.size(), drawing.period) + '\n';

  std::string flags;
  for (const Column& column : columns) flags += column.flag;
  if (flags.find_first_not_of(' ') != std::string::npos) {
    flags.erase(flags.find_last_not_of(' ') + 1);
    out += right("flags", kAxisWidth) + "  " + painted(console, Paint::Yellow, flags) + '\n';
  }
  return out + '\n';
}

std::string bar(std::int64_t value, std::int64_t most, std::size_t width) {
  constexpr std::size_t kEighths = 8;
  if (value <= 0 || most <= 0) return {};
  const double share = static_cast<double>(value) / static_cast<double>(most);
  const auto eighths = std::max<std::size_t>(
      1, static_cast<std::size_t>(share * static_cast<double>(width * kEighths)));
  std::string out;
  for (std::size_t i = 0; i < eighths / kEighths; ++i) out += kRightward[kEighths];
  return out + std::string{kRightward[eighths % kEighths]};
}

}  // namespace

char flag_of(IntervalMarks marks) {
  struct Flag {
    std::uint16_t mark;
    char letter;
  };
  constexpr std::array kFlags{
      Flag{IntervalMarks::kDoubtful, '?'}, Flag{IntervalMarks::kEstimated, 'e'},
      Flag{IntervalMarks::kClockSet, 'c'}, Flag{IntervalMarks::kPowerDown, 'p'},
      Flag{IntervalMarks::kIncomplete, 'i'}};
  for (const Flag& flag : kFlags) {
    if ((marks.bits & flag.mark) != 0) return flag.letter;
  }
  return ' ';
}

CapturePeriod seen_period(const std::vector<ProfileInterval>& intervals) {
  constexpr CapturePeriod kUsual{30};
  std::optional<std::chrono::seconds> least;
  for (std::size_t i = 1; i < intervals.size(); ++i) {
    const auto step = intervals[i].start - intervals[i - 1].start;
    if (step >= std::chrono::minutes{1} && (!least || step < *least)) least = step;
  }
  return least ? std::chrono::duration_cast<CapturePeriod>(*least) : kUsual;
}

std::string draw_profile(const Console& console, const ProfileDrawing& drawing,
                         const std::vector<ProfileInterval>& intervals) {
  const auto per_day = static_cast<std::size_t>(std::chrono::days{1} / drawing.period);
  std::map<sys_days, std::vector<Column>> days;
  for (auto start = period_start(drawing.from, drawing.period); start < drawing.to;
       start += drawing.period) {
    const auto day = std::chrono::floor<std::chrono::days>(start);
    auto& columns = days.try_emplace(day, per_day, Column{}).first->second;
    const auto at = static_cast<std::size_t>((start - day) / drawing.period);
    // The period still running, or cut by the range asked for, is not missing.
    const bool is_whole = start >= drawing.from && start + drawing.period <= drawing.to;
    if (at < per_day && is_whole) columns[at].kind = Column::Kind::Hole;
  }
  std::int64_t most = 0;
  for (const ProfileInterval& interval : intervals) {
    const IntervalValue* value = value_of(interval.values, drawing.channel.obis);
    const auto day = std::chrono::floor<std::chrono::days>(interval.start);
    const auto found = days.find(day);
    const auto at = static_cast<std::size_t>((interval.start - day) / drawing.period);
    if (value == nullptr || found == days.end() || at >= per_day) continue;
    found->second[at] = {Column::Kind::Value, value->value, flag_of(value->marks)};
    most = std::max(most, value->value);
  }
  std::string out;
  for (const auto& [day, columns] : days) out += draw_day(console, drawing, day, columns, most);
  return out +
         "· not read   p power down   c clock set   i incomplete   e estimated   ? doubtful\n";
}

std::string draw_daily(const Console& console, const model::Channel& channel, sys_days from,
                       sys_days to, const std::vector<DailySnapshot>& snapshots) {
  struct Day {
    std::optional<std::int64_t> used;
    char flag = ' ';
  };
  const auto at = [&](sys_days day) -> const IntervalValue* {
    const auto found = std::ranges::find(snapshots, day, &DailySnapshot::day);
    return found == snapshots.end() ? nullptr : value_of(found->values, channel.obis);
  };
  std::map<sys_days, Day> days;
  std::int64_t most = 0;
  for (sys_days day = from; day < to; day += std::chrono::days{1}) {
    const IntervalValue* begin = at(day);
    const IntervalValue* end = at(day + std::chrono::days{1});
    Day drawn;
    if (begin != nullptr && end != nullptr) {
      drawn.used = end->value - begin->value;
      drawn.flag = std::max(flag_of(begin->marks), flag_of(end->marks));
      most = std::max(most, *drawn.used);
    }
    days[day] = drawn;
  }
  std::size_t label = 0;
  for (const auto& [day, drawn] : days) {
    if (drawn.used) label = std::max(label, shown_width(with_unit(channel, *drawn.used)));
  }
  constexpr std::size_t kRoom = 18;  // date, blanks and flag
  const std::size_t width =
      console.columns > kRoom + label + 10 ? console.columns - kRoom - label : std::size_t{10};
  std::string out = title(channel) + " per day (midnight to midnight)\n";
  for (const auto& [day, drawn] : days) {
    out += rfc3339::date_text(day) + "  ";
    if (!drawn.used) {
      out += right("", label) + "  " + painted(console, Paint::Red, "·") + '\n';
      continue;
    }
    out += right(with_unit(channel, *drawn.used), label) + "  ";
    const std::string drawn_bar = bar(*drawn.used, most, width);
    out += drawn.flag == ' ' ? drawn_bar
                             : painted(console, Paint::Yellow, drawn_bar + ' ' + drawn.flag);
    out += '\n';
  }
  return out;
}

}  // namespace metergate::cli
