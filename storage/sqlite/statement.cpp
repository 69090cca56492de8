// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/statement.hpp"

#include <sqlite3.h>

namespace metergate::sqlite {

bool Row::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Row::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Row::text(int column) const {
  const auto* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

OctetView Row::octets(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const std::uint8_t*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Execution::~Execution() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

int Execution::step() { return bind_failure_ != 0 ? bind_failure_ : sqlite3_step(statement_); }

namespace {
void keep_first(int& failure, int code) {
  if (failure == SQLITE_OK) failure = code;
}
}  // namespace

void Execution::bind_integer(int index, std::int64_t value) {
  keep_first(bind_failure_, sqlite3_bind_int64(statement_, index, value));
}

void Execution::bind_text(int index, std::string_view value) {
  // A view without storage would become NULL.
  const char* data = value.data() == nullptr ? "" : value.data();
  keep_first(bind_failure_, sqlite3_bind_text64(statement_, index, data, value.size(),
                                                SQLITE_STATIC, SQLITE_UTF8));
}

void Execution::bind_octets(int index, OctetView value) {
  keep_first(bind_failure_, value.empty() ? sqlite3_bind_zeroblob(statement_, index, 0)
                                          : sqlite3_bind_blob64(statement_, index, value.data(),
                                                                value.size(), SQLITE_STATIC));
}

void Execution::bind_null(int index) {
  keep_first(bind_failure_, sqlite3_bind_null(statement_, index));
}

}  // namespace metergate::sqlite
