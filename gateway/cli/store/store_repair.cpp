// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/store/store_repair.hpp"

#include <fmt/format.h>

#include "gateway/cli/audit/audit_text.hpp"
#include "gateway/journal/neutral_text.hpp"

namespace metergate::cli {
namespace {

std::string lost_text(const salvage::TableTally& table) {
  std::string out;
  const auto add = [&](const std::string& what) { out += (out.empty() ? "" : ", ") + what; };
  if (table.root_lost) add("where it began is not known");
  const auto counted = [](std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  if (table.pages_lost != 0) add(counted(table.pages_lost, "page") + " with all on it");
  if (table.rows_lost != 0) add(counted(table.rows_lost, "row"));
  return out.empty() ? "nothing" : out;
}

std::string next_steps(const care::Repaired& done) {
  if (done.broken) {
    return fmt::format(
        "{} is the new ledger; the old one is kept as\n{}. Keep it as long as something of it "
        "could be missed.\n",
        done.file.string(), done.broken->string());
  }
  return fmt::format(
      "{} is the new ledger; the old one was not touched. To put it in place:\nremove it and run "
      "`metergate store repair --replace`.\n",
      done.file.string());
}

}  // namespace

std::string repair_text(const care::Repaired& done) {
  std::string out = fmt::format("{:<20} {:>10}  {}\n", "table", "rows taken", "lost");
  for (const salvage::TableTally& table : done.tables) {
    out += fmt::format("{:<20} {:>10}  {}\n", table.name, table.rows, lost_text(table));
  }
  const auto line = [&out](const std::string& text) { out += journal::neutral(text) + "\n"; };
  for (const std::string& one : done.troubles) line(one);
  for (const std::string& one : done.damaged_indexes) {
    line("index " + one + " was damaged; it was made anew, nothing is lost with it");
  }
  if (done.unplaced_pages != 0) {
    line(fmt::format("{} pages hold rows of which nobody knows to which table they belong",
                     done.unplaced_pages));
  }
  for (const std::string& one : done.told) line(one);
  if (!done.audit.is_sound()) out += verdict_text(done.audit, 0);
  out +=
      done.is_complete() ? "Nothing is lost.\n" : "What is named above is lost or was assumed.\n";
  return out + next_steps(done);
}

}  // namespace metergate::cli
