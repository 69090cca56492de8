# SPDX-License-Identifier: Apache-2.0
# Puts storage/migrations/NNNN_name.sql into the program: numbered from 0001 without a gap, checked
# when CMake configures. The result is one generated source file of metergate_storage.
file(GLOB migration_files CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.sql)
list(SORT migration_files)
set(migration_number 0)
set(migration_entries "")
foreach(migration_file IN LISTS migration_files)
  math(EXPR migration_number "${migration_number} + 1")
  get_filename_component(migration_name ${migration_file} NAME_WE)
  string(LENGTH "000${migration_number}" migration_digits)
  math(EXPR migration_first "${migration_digits} - 4")
  string(SUBSTRING "000${migration_number}" ${migration_first} 4 migration_prefix)
  if(NOT migration_name MATCHES "^${migration_prefix}_[a-z0-9_]+$")
    message(FATAL_ERROR "storage/migrations: ${migration_name}.sql stands where "
      "${migration_prefix}_<name>.sql is expected; migrations are numbered without gaps or doubles")
  endif()
  file(READ ${migration_file} migration_sql)
  if(migration_sql MATCHES "\\)migration\"")
    message(FATAL_ERROR "storage/migrations: ${migration_name}.sql holds the closing mark of its string")
  endif()
  string(APPEND migration_entries
    "    Migration{${migration_number}, \"${migration_name}\", R\"migration(${migration_sql})migration\"},\n")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${migration_file})
endforeach()
if(migration_number EQUAL 0)
  message(FATAL_ERROR "storage/migrations: there is no migration")
endif()

file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/storage/migrations.cpp @ONLY CONTENT
[[// Generated from storage/migrations/*.sql by storage/migrations/embed.cmake.
#include "storage/migrations/migrations.hpp"

#include <array>

namespace metergate {
namespace {
constexpr std::array kMigrations{
@migration_entries@};
}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

}  // namespace metergate
]])
target_sources(metergate_storage PRIVATE ${PROJECT_BINARY_DIR}/generated/storage/migrations.cpp)
