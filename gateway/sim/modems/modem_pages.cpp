// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/modems/modem_pages.hpp"

#include <algorithm>
#include <span>

#include "gateway/meter_mqtt/messages.hpp"

namespace metergate::sim {
namespace {

void cut_to_page(operation::Answer& answer) {
  if (auto* profile = std::get_if<operation::ProfilePage>(&answer);
      profile != nullptr && profile->intervals.size() > kPageRows) {
    profile->covered_to = profile->intervals[kPageRows].start;
    profile->intervals.resize(kPageRows);
  } else if (auto* log = std::get_if<operation::LogPage>(&answer);
             log != nullptr && log->entries.size() > kPageRows) {
    log->entries.resize(kPageRows);
    log->complete = false;
  } else if (auto* daily = std::get_if<operation::DailyPage>(&answer);
             daily != nullptr && daily->snapshots.size() > kPageRows) {
    daily->covered_to = daily->snapshots[kPageRows].day;
    daily->snapshots.resize(kPageRows);
  }
}

template <typename Row>
void add_pages(std::vector<meter_mqtt::Push>& pages, const std::vector<Row>& rows) {
  for (std::size_t first = 0; first < rows.size(); first += kPageRows) {
    const auto page = std::span{rows}.subspan(first, std::min(kPageRows, rows.size() - first));
    pages.emplace_back(std::vector<Row>{page.begin(), page.end()});
  }
}

}  // namespace

std::string answer_of_modem(std::string_view id,
                            Result<operation::Answer, operation::OrderRefused> said) {
  if (!said) return meter_mqtt::encode_error(id, said.error().refusal, said.error().raw);
  cut_to_page(*said);
  return meter_mqtt::encode_answer(id, *said);
}

std::vector<meter_mqtt::Push> in_pages(const virtual_meter::Pushes& news) {
  std::vector<meter_mqtt::Push> pages;
  add_pages(pages, news.entries);
  add_pages(pages, news.intervals);
  add_pages(pages, news.daily);
  return pages;
}

}  // namespace metergate::sim
