// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <string_view>
#include <vector>

#include "gateway/cli/meters/records.hpp"
#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

enum class ExportFormat : unsigned char { Csv, JsonLines };
enum class Overwrite : unsigned char { No, Yes };

/// A file of records that appears under its name only when it is complete; until then, and when
/// the export breaks off, there is only `<name>.part`, which is removed.
class ExportFile {
 public:
  ExportFile(std::filesystem::path path, ExportFormat format,
             std::span<const std::string_view> columns);
  ~ExportFile();
  ExportFile(const ExportFile&) = delete;
  ExportFile& operator=(const ExportFile&) = delete;

  [[nodiscard]] CliResult<Done> open(Overwrite overwrite);
  void add(const std::vector<Record>& records);
  [[nodiscard]] CliResult<Done> finish();
  [[nodiscard]] std::size_t records() const { return records_; }

 private:
  std::filesystem::path path_;
  std::filesystem::path part_;
  ExportFormat format_;
  std::span<const std::string_view> columns_;
  std::ofstream out_;
  std::size_t records_ = 0;
  bool is_open_ = false;
};

}  // namespace metergate::cli
