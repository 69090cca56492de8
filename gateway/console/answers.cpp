// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/answers.hpp"

#include <boost/json.hpp>

#include "gateway/journal/neutral_text.hpp"

namespace metergate::console {

Response complaint(unsigned status, std::string_view what) {
  return {status, "application/json",
          boost::json::serialize(boost::json::object{{"error", journal::neutral(what)}})};
}

}  // namespace metergate::console
