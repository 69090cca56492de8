// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/terminal/progress.hpp"

#include <algorithm>

#include "gateway/cli/terminal/table.hpp"

namespace metergate::cli {
namespace {
constexpr std::chrono::milliseconds kRedrawAfter{100};
constexpr std::size_t kBarWidth = 30;
}  // namespace

std::string progress_line(std::string_view label, std::size_t done, std::size_t total,
                          std::string_view what, unsigned columns) {
  const std::size_t whole = std::max<std::size_t>(total, 1);
  const std::size_t part = std::min(done, whole);
  const std::size_t filled = part * kBarWidth / whole;
  std::string bar;
  for (std::size_t i = 0; i < kBarWidth; ++i) bar += i < filled ? "█" : "·";
  std::string line = std::string{label} + "  " + bar + "  " + std::to_string(part * 100 / whole) +
                     " %  " + std::to_string(done) + "/" + std::to_string(total);
  const std::string tail = what.empty() ? std::string{} : "  " + std::string{what};
  if (shown_width(line) + shown_width(tail) < columns) line += tail;
  return line;
}

Progress::Progress(Console& console, std::string label, std::size_t total)
    : console_{console}, label_{std::move(label)}, total_{total} {
  draw();
}

Progress::~Progress() {
  if (console_.err_is_terminal) console_.err << "\r\x1b[K" << std::flush;
}

void Progress::advance(std::size_t by) {
  done_ += by;
  if (std::chrono::steady_clock::now() - drawn_at_ >= kRedrawAfter) draw();
}

void Progress::at(std::string_view what) {
  what_ = what;
  if (std::chrono::steady_clock::now() - drawn_at_ >= kRedrawAfter) draw();
}

void Progress::draw() {
  if (!console_.err_is_terminal) return;
  drawn_at_ = std::chrono::steady_clock::now();
  console_.err << "\r\x1b[K" << progress_line(label_, done_, total_, what_, console_.columns)
               << std::flush;
}

}  // namespace metergate::cli
