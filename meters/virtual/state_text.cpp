// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/state_text.hpp"

#include <algorithm>

namespace metergate::virtual_meter {
namespace {

constexpr std::string_view kClosing = "\nend ";

// FNV-1a, 64 bits: finds what a cut or a slip of an editor does; nobody is kept from forging it.
std::string check_sum(std::string_view text) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3U;
  }
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, hash, 16);
  return {digits, end.ptr};
}

}  // namespace

std::string StateWriter::take() {
  const std::string sum = check_sum(text_);
  return std::move(text_) + std::string{kClosing} + sum + "\n";
}

StateReader::StateReader(std::string_view text) {
  const std::size_t closing = text.rfind(kClosing);
  if (closing == std::string_view::npos) {
    error_ = "no closing line; the text was cut";
    return;
  }
  const std::string wanted = std::string{kClosing} + check_sum(text.substr(0, closing)) + "\n";
  if (text.substr(closing) != wanted) {
    error_ = "the closing line does not fit the text before it";
    return;
  }
  rest_ = text.substr(0, closing);
}

std::string_view StateReader::word() {
  if (!ok()) return {};
  while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) {
    if (rest_.front() == '\n') ++line_;
    rest_.remove_prefix(1);
  }
  const std::size_t length = std::min(rest_.find_first_of(" \n"), rest_.size());
  const std::string_view out = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return out;
}

std::string_view StateReader::rest_of_line() {
  if (!ok()) return {};
  if (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  const std::size_t length = std::min(rest_.find('\n'), rest_.size());
  const std::string_view out = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return out;
}

void StateReader::expect(std::string_view key) {
  const std::string_view found = word();
  if (found != key) refuse(key, found);
}

std::size_t StateReader::count() {
  const auto wanted = number<std::size_t>();
  if (wanted <= rest_.size() / 2) return wanted;
  refuse("a count of what follows", std::to_string(wanted));
  return 0;
}

void StateReader::refuse(std::string_view wanted, std::string_view found) {
  if (!ok()) return;
  error_ = "line " + std::to_string(line_) + ": expected " + std::string{wanted} + ", found `" +
           std::string{found.substr(0, 40)} + "`";
}

}  // namespace metergate::virtual_meter
