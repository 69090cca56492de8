// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "gateway/cli/dlms/caller.hpp"

namespace CLI {
class App;
}

namespace metergate::cli {

/// A call to one meter, for as long as it takes; it is released at the end.
class DlmsMeterCall {
 public:
  explicit DlmsMeterCall(DlmsCaller caller) : caller_{std::move(caller)} {}
  ~DlmsMeterCall() { caller_.close(); }
  DlmsMeterCall(const DlmsMeterCall&) = delete;
  DlmsMeterCall& operator=(const DlmsMeterCall&) = delete;

  /// The value; what the meter refuses is an error.
  [[nodiscard]] CliResult<dlms::Data> read(const dlms::AttributeReference& attribute);
  [[nodiscard]] CliResult<dlms::GetResult> get(const dlms::AttributeReference& attribute) {
    return caller_.get(attribute);
  }
  [[nodiscard]] DlmsCaller& caller() { return caller_; }

 private:
  DlmsCaller caller_;
};

[[nodiscard]] CliResult<std::unique_ptr<DlmsMeterCall>> call_dlms_meter(
    const DlmsMeterOptions& options);

/// The options that say how a meter is reached.
void add_dlms_meter_options(CLI::App& command, DlmsMeterOptions& meter);

}  // namespace metergate::cli
