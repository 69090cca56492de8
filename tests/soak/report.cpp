// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

namespace metergate::soak {
namespace {

namespace json = boost::json;

constexpr std::size_t kShown = 30;
/// Of one promise to one meter: more of the same help nobody.
constexpr std::size_t kShownAlike = 3;

template <typename Counts>
json::object object_of(const Counts& counts) {
  json::object out;
  for (const auto& [word, number] : counts) out[word] = number;
  return out;
}

}  // namespace

void Report::mix(std::string_view text) {
  for (const char c : text) {
    digest_ = (digest_ ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3ULL;
  }
  digest_ = (digest_ ^ 0xFFU) * 0x0000'0100'0000'01B3ULL;
}

std::string Report::digest() const { return fmt::format("{:016x}", digest_); }

void Report::print(std::ostream& out, std::string_view title, const Counts& counts) {
  std::uint64_t total = 0;
  for (const auto& [word, number] : counts) total += number;
  out << fmt::format("{} ({})\n", title, total);
  for (const auto& [word, number] : counts) out << fmt::format("  {:>8}  {}\n", number, word);
}

void Report::print(std::ostream& out, const Endurance::Verdict& held) {
  if (held.days == 0) {
    out << "too short a time to say what the gateway holds more and more of\n";
    return;
  }
  out << fmt::format(
      "the gateway held {} octets on the first of {} days and {} on the last, {:+.0f} a day; at "
      "most {} descriptors and {} threads\n",
      held.first_octets, held.days, held.last_octets, held.octets_a_day, held.most_descriptors,
      held.most_threads);
}

void Report::print(std::ostream& out, const Frame& frame) const {
  out << fmt::format(
      "seed {}, {} meters, {:.1f} virtual hours of histories, {:.1f} until all was told\n",
      frame.seed, frame.meters, frame.hours, frame.virtual_hours);
  print(out, "what was asked and done", acts_);
  print(out, "faults", faults_);
  print(out, "how commands ended", outcomes_);
  print(out, "looked at", counts_);
  if (frame.endurance) print(out, *frame.endurance);
  std::map<std::string, std::size_t> like_it;
  std::size_t shown = 0;
  for (const Violation& one : violations_) {
    if (shown == kShown || ++like_it[one.meter + one.promise] > kShownAlike) continue;
    ++shown;
    out << fmt::format("VIOLATION seed {} meter {} at {}: {}\n  expected {}\n  found    {}\n",
                       frame.seed, one.meter, rfc3339::text(one.at), one.promise, one.expected,
                       one.found);
  }
  if (violations_.size() > shown) {
    out << fmt::format("and {} violations more\n", violations_.size() - shown);
  }
  out << fmt::format("violations {}, digest {}, {:.1f} s\n", violations_.size(), digest(),
                     frame.wall_seconds);
}

std::string Report::json(const Frame& frame) const {
  json::array broken;
  for (const Violation& one : violations_) {
    broken.push_back(json::object{{"meter", one.meter},
                                  {"at", rfc3339::text(one.at)},
                                  {"promise", one.promise},
                                  {"expected", one.expected},
                                  {"found", one.found}});
  }
  json::object out{{"seed", frame.seed},
                   {"hours", frame.hours},
                   {"meters", frame.meters},
                   {"virtual_hours", frame.virtual_hours},
                   {"wall_s", frame.wall_seconds},
                   {"acts", object_of(acts_)},
                   {"faults", object_of(faults_)},
                   {"outcomes", object_of(outcomes_)},
                   {"looked_at", object_of(counts_)},
                   {"digest", digest()},
                   {"violations", std::move(broken)}};
  if (frame.endurance) {
    const Endurance::Verdict& held = *frame.endurance;
    out["held"] = json::object{{"days", held.days},
                               {"first_octets", held.first_octets},
                               {"last_octets", held.last_octets},
                               {"octets_a_day", held.octets_a_day},
                               {"most_descriptors", held.most_descriptors},
                               {"most_threads", held.most_threads}};
  }
  return json::serialize(out);
}

}  // namespace metergate::soak
