// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/selective_access.hpp"
#include "tests/support/instant_wire.hpp"

namespace metergate::test {

/// How a meter says no: with the result of the service, or of the request as a whole.
using DlmsNo = std::variant<dlms::AccessResult, dlms::ExceptionResponse>;

/// A profile (class 7) whose rows begin with their time.
struct ScriptedProfile {
  std::vector<cosem::CaptureObject> columns;
  dlms::DataList rows;                    ///< as they stand in the buffer
  std::chrono::seconds period{1'800};     ///< 0: event driven
  std::uint8_t sort_method = 1;           ///< 1 FIFO, 2 LIFO
  std::optional<dlms::GetResult> in_use;  ///< instead of the number of the rows
  std::optional<DlmsNo> by_range;         ///< what a request for a part is answered with
  std::optional<DlmsNo> by_entries;
  std::optional<DlmsNo> whole;
};

/// A meter of a few objects behind a wire that takes no time: for what no virtual meter does, such
/// as objects that lack, refusals and nonsense.
class ScriptedDlmsMeter : public InstantWire {
 public:
  using Attribute = std::pair<cosem::ObisCode, std::int8_t>;

  std::map<Attribute, dlms::GetResult> attributes;  ///< what stands nowhere is undefined
  std::map<cosem::ObisCode, ScriptedProfile> profiles;
  dlms::AccessResult set_result = dlms::AccessResult::Success;
  dlms::AccessResult action_result = dlms::AccessResult::Success;
  /// Asked before all of that; nothing: that answers.
  std::function<std::optional<WireResult>(const dlms::Apdu&)> instead;

  std::vector<dlms::Apdu> asked;

  static WireResult answer(const dlms::Apdu& apdu) {
    return WireAnswer{dlms::encode_apdu(apdu), {}};
  }

  /// The parts of buffers that were asked for, in their order; nothing: a whole one.
  [[nodiscard]] std::vector<std::optional<dlms::SelectiveAccess>> parts_asked() const {
    std::vector<std::optional<dlms::SelectiveAccess>> out;
    for (const dlms::Apdu& apdu : asked) {
      const auto* get = std::get_if<dlms::GetRequest>(&apdu);
      if (get != nullptr && is_buffer(get->attribute)) out.push_back(get->attribute.access);
    }
    return out;
  }
  template <typename Request>
  [[nodiscard]] std::vector<Request> requests() const {
    std::vector<Request> out;
    for (const dlms::Apdu& apdu : asked) {
      if (const auto* one = std::get_if<Request>(&apdu)) out.push_back(*one);
    }
    return out;
  }

 private:
  using Told = std::variant<dlms::Data, dlms::AccessResult, dlms::ExceptionResponse>;

  [[nodiscard]] bool is_buffer(const dlms::AttributeReference& of) const {
    return of.attribute == cosem::profile_generic::kBuffer && profiles.contains(of.logical_name);
  }

  WireResult serve(const Octets& octets) override {
    asked.push_back(dlms::decode_apdu(octets).value());
    if (instead) {
      if (auto other = instead(asked.back())) return *std::move(other);
    }
    if (const auto* get = std::get_if<dlms::GetRequest>(&asked.back())) return one(*get);
    if (const auto* list = std::get_if<dlms::GetRequestList>(&asked.back())) return all(*list);
    if (std::holds_alternative<dlms::SetRequest>(asked.back())) {
      return answer(dlms::SetResponse{{}, set_result});
    }
    return answer(dlms::ActionResponse{{}, {action_result, {}}});
  }

  WireResult one(const dlms::GetRequest& get) const {
    const Told told = value_of(get.attribute);
    if (const auto* no = std::get_if<dlms::ExceptionResponse>(&told)) return answer(*no);
    return answer(dlms::GetResponse{get.invoke, result_of(told)});
  }
  WireResult all(const dlms::GetRequestList& list) const {
    dlms::GetResponseList out{list.invoke, {}};
    for (const auto& of : list.attributes) out.results.push_back(result_of(value_of(of)));
    return answer(out);
  }
  static dlms::GetResult result_of(const Told& told) {
    if (const auto* data = std::get_if<dlms::Data>(&told)) return *data;
    return std::get<dlms::AccessResult>(told);
  }
  static Told told_of(const dlms::GetResult& result) {
    return std::visit([](const auto& value) -> Told { return value; }, result);
  }
  static Told told_of(const DlmsNo& no) {
    return std::visit([](const auto& value) -> Told { return value; }, no);
  }

  [[nodiscard]] Told value_of(const dlms::AttributeReference& of) const {
    namespace generic = cosem::profile_generic;
    const auto named = attributes.find({of.logical_name, of.attribute});
    if (named != attributes.end()) return told_of(named->second);
    const auto found = profiles.find(of.logical_name);
    if (found == profiles.end()) return dlms::AccessResult::ObjectUndefined;
    const ScriptedProfile& profile = found->second;
    switch (of.attribute) {
      case generic::kBuffer:
        return rows_of(profile, of.access);
      case generic::kCaptureObjects: {
        dlms::Array columns;
        for (const auto& column : profile.columns) {
          columns.elements.push_back(dlms::encode_capture_object(column));
        }
        return dlms::Data{std::move(columns)};
      }
      case generic::kCapturePeriod:
        return dlms::Data{static_cast<std::uint32_t>(profile.period.count())};
      case generic::kSortMethod:
        return dlms::Data{dlms::Enum{profile.sort_method}};
      case generic::kEntriesInUse:
        if (profile.in_use) return told_of(*profile.in_use);
        return dlms::Data{static_cast<std::uint32_t>(profile.rows.size())};
      default:
        return dlms::AccessResult::ObjectUndefined;
    }
  }

  static Told rows_of(const ScriptedProfile& profile,
                      const std::optional<dlms::SelectiveAccess>& access) {
    const auto range = access ? dlms::range_of(*access) : std::nullopt;
    const auto entries = access ? dlms::entries_of(*access) : std::nullopt;
    const auto& no = range ? profile.by_range : entries ? profile.by_entries : profile.whole;
    if (no) return told_of(*no);
    dlms::Array out;
    for (std::size_t i = 0; i < profile.rows.size(); ++i) {
      const dlms::Data& row = profile.rows[i];
      if (range && !lies_in(*range, row)) continue;
      if (entries &&
          (i + 1 < entries->from_entry || (entries->to_entry != 0 && i + 1 > entries->to_entry))) {
        continue;
      }
      out.elements.push_back(row);
    }
    return dlms::Data{std::move(out)};
  }
  /// A row without a time lies everywhere.
  static bool lies_in(const dlms::RangeAccess& range, const dlms::Data& row) {
    const dlms::DataList* cells = dlms::structure_of(row, 1);
    const auto at = cells != nullptr ? dlms::date_time_of(cells->front()) : std::nullopt;
    if (!at) return true;
    const auto bound = [](const dlms::Data& data) {
      return dlms::to_utc(dlms::date_time_of(data).value());
    };
    return dlms::to_utc(*at) >= bound(range.from) && dlms::to_utc(*at) <= bound(range.to);
  }
};

}  // namespace metergate::test
