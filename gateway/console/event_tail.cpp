// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/event_tail.hpp"

#include "gateway/console/event_frame.hpp"
#include "gateway/console/ledger_views.hpp"
#include "gateway/journal/line.hpp"

namespace metergate::console {
namespace {

constexpr std::chrono::milliseconds kLookAgainAfter{400};
/// So that a proxy, and the end of a browser, are noticed.
constexpr std::chrono::seconds kSignOfLife{15};
constexpr std::size_t kLinesAtOnce = 200;
/// The ledger gives the newest rows after id 0, and the first ones after any other.
constexpr std::int64_t kFromTheFirst = -1;

}  // namespace

EventTail::EventTail(const ConsoleWays& ways, OpenLedger ledger, StillIn still_in)
    : ways_{ways}, ledger_{std::move(ledger)}, still_in_{std::move(still_in)} {}

void EventTail::follow(std::shared_ptr<EventStream> stream, std::string cookie, std::string meter,
                       std::optional<std::int64_t> seen) {
  Reader reader{std::move(stream), std::move(cookie), {}, ways_.now().instant};
  reader.filter.meter = std::move(meter);
  reader.filter.after_id = seen.value_or(0);
  reader.filter.limit = kLinesAtOnce;
  if (!reader.stream->push("retry: 2000\n\n")) return;
  const Ledger* ledger = ledger_();
  if (ledger == nullptr || !serve(reader, *ledger, ways_.now().instant))
    return reader.stream->end();
  if (reader.filter.after_id == 0) reader.filter.after_id = kFromTheFirst;
  readers_.push_back(std::move(reader));
  look_later();
}

void EventTail::look_later() {
  if (looks_ || readers_.empty()) return;
  looks_ = true;
  ways_.later(kLookAgainAfter, [this] {
    looks_ = false;
    look();
  });
}

void EventTail::look() {
  const Ledger* ledger = ledger_();
  const Instant now = ways_.now().instant;
  std::erase_if(readers_, [&](Reader& reader) {
    const bool goes_on =
        ledger != nullptr && still_in_(reader.cookie) && serve(reader, *ledger, now);
    if (!goes_on) reader.stream->end();
    return !goes_on;
  });
  look_later();
}

bool EventTail::serve(Reader& reader, const Ledger& ledger, Instant now) {
  const auto rows = ledger.journal(reader.filter);
  if (!rows) return false;
  std::string frames;
  for (const JournalRow& row : *rows) {
    reader.filter.after_id = row.id;
    const auto shown = may_show(ledger, row);
    if (!shown) return false;
    if (*shown) frames += event_frame(row.id, "line", journal::json_text(row));
  }
  if (frames.empty() && now - reader.last_told >= kSignOfLife) frames = ":\n\n";
  if (frames.empty()) return true;
  reader.last_told = now;
  return reader.stream->push(std::move(frames));
}

void EventTail::stop() {
  for (const Reader& reader : readers_) reader.stream->end();
  readers_.clear();
}

}  // namespace metergate::console
