// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/store/export_file.hpp"

#include <system_error>

#include "gateway/cli/exit_codes.hpp"

namespace metergate::cli {

ExportFile::ExportFile(std::filesystem::path path, ExportFormat format,
                       std::span<const std::string_view> columns)
    : path_{std::move(path)}, part_{path_}, format_{format}, columns_{columns} {
  part_ += ".part";
}

ExportFile::~ExportFile() {
  if (!is_open_) return;
  out_.close();
  std::error_code ignored;  // the export has failed already, and said why
  std::filesystem::remove(part_, ignored);
}

CliResult<Done> ExportFile::open(Overwrite overwrite) {
  if (overwrite == Overwrite::No && std::filesystem::exists(path_)) {
    return failure(CliError{kIoError, path_.string() + " is there already; --force replaces it"});
  }
  out_.open(part_, std::ios::binary | std::ios::trunc);
  if (!out_) return failure(CliError{kIoError, part_.string() + " cannot be written"});
  is_open_ = true;
  if (format_ == ExportFormat::Csv) out_ << csv_line(columns_) << "\r\n";
  return Done{};
}

void ExportFile::add(const std::vector<Record>& records) {
  for (const Record& record : records) {
    if (format_ == ExportFormat::Csv) {
      out_ << csv_line(record) << "\r\n";
    } else {
      out_ << json_line(columns_, record) << '\n';
    }
  }
  records_ += records.size();
}

CliResult<Done> ExportFile::finish() {
  out_.close();
  if (!out_) {
    return failure(CliError{kIoError, part_.string() + " cannot be written; is the disk full?"});
  }
  std::error_code failed;
  std::filesystem::rename(part_, path_, failed);
  if (failed) return failure(CliError{kIoError, path_.string() + ": " + failed.message()});
  is_open_ = false;
  return Done{};
}

}  // namespace metergate::cli
