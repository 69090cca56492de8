// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/console/console_ways.hpp"
#include "gateway/console/http_message.hpp"
#include "storage/ledger.hpp"

namespace metergate::console {

/// The journal as it grows, to every page that follows it. What is told is on disk: readers look at
/// the ledger, as `metergate tail` does.
class EventTail {
 public:
  static constexpr std::size_t kMostReaders = 16;

  using OpenLedger = std::function<const Ledger*()>;
  using StillIn = std::function<bool(std::string_view cookie)>;
  EventTail(const ConsoleWays& ways, OpenLedger ledger, StillIn still_in);

  [[nodiscard]] bool has_room() const { return readers_.size() < kMostReaders; }
  /// `seen`: where it was before; nothing: with the newest lines.
  void follow(std::shared_ptr<EventStream> stream, std::string cookie, std::string meter,
              std::optional<std::int64_t> seen);
  void stop();

 private:
  struct Reader {
    std::shared_ptr<EventStream> stream;
    std::string cookie;
    JournalFilter filter;
    Instant last_told;
  };
  void look_later();
  void look();
  [[nodiscard]] bool serve(Reader& reader, const Ledger& ledger, Instant now);

  const ConsoleWays& ways_;
  OpenLedger ledger_;
  StillIn still_in_;
  std::list<Reader> readers_;
  bool looks_ = false;
};

}  // namespace metergate::console
