# SPDX-License-Identifier: Apache-2.0
# Puts the files of gateway/console/page into the program as they are: nothing is built, nothing is
# fetched, what the browser shows is what stands in the folder. One generated source file of
# metergate_io.
file(GLOB page_paths CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/page/*)
list(SORT page_paths)
set(page_entries "")
foreach(page_path IN LISTS page_paths)
  get_filename_component(page_name ${page_path} NAME)
  get_filename_component(page_ending ${page_path} LAST_EXT)
  if(page_ending STREQUAL ".html")
    set(page_type "text/html; charset=utf-8")
  elseif(page_ending STREQUAL ".css")
    set(page_type "text/css; charset=utf-8")
  elseif(page_ending STREQUAL ".js")
    set(page_type "text/javascript; charset=utf-8")
  elseif(page_ending STREQUAL ".svg")
    set(page_type "image/svg+xml")
  else()
    message(FATAL_ERROR "gateway/console/page: ${page_name}: html, css, js and svg are served")
  endif()
  file(READ ${page_path} page_content)
  if(page_content MATCHES "\\)page\"")
    message(FATAL_ERROR "gateway/console/page: ${page_name} holds the closing mark of its string")
  endif()
  string(APPEND page_entries
    "    PageFile{\"${page_name}\", \"${page_type}\", R\"page(${page_content})page\"},\n")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page_path})
endforeach()

file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/console/page_files.cpp @ONLY CONTENT
[[// Generated from gateway/console/page by gateway/console/embed.cmake.
#include "gateway/console/page_files.hpp"

#include <array>

namespace metergate::console {
namespace {
constexpr std::array kFiles{
@page_entries@};
}  // namespace

std::span<const PageFile> page_files() { return kFiles; }

}  // namespace metergate::console
]])
target_sources(metergate_io PRIVATE ${PROJECT_BINARY_DIR}/generated/console/page_files.cpp)
