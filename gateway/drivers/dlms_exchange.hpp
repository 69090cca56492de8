// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/drivers/dlms_seen.hpp"
#include "gateway/drivers/driver.hpp"
#include "meters/models/dlms_layout.hpp"
#include "meters/models/meter_model.hpp"
#include "protocols/cosem/profile_rows.hpp"
#include "protocols/dlms/apdu.hpp"

namespace metergate::dlms_driver {

/// What a profile of one meter is, as read a moment ago: the pages of one collection need it once.
struct KnownProfile {
  SeenProfile what;
  Instant read_at;
};

/// What one meter of a model was found not to do, so that the next exchange does not try it again.
/// Meters of one model with one firmware are alike.
struct Learnt {
  bool lists_refused = false;
  bool range_refused = false;
  bool entries_refused = false;

  /// What is older may be another by now: somebody may have chosen other columns.
  static constexpr std::chrono::seconds kProfileLasts{60};
  using ProfileOf = std::pair<std::uint16_t, cosem::ObisCode>;  ///< meter's number, profile
  std::map<ProfileOf, KnownProfile> profiles{};

  [[nodiscard]] const KnownProfile* find(const ProfileOf& of, Now now) const;
  void keep(const ProfileOf& of, KnownProfile known);

  /// Of two requests that follow each other to a meter, each has its own.
  [[nodiscard]] dlms::InvokeId next_invoke(std::uint16_t meter) {
    return dlms::invoke_id(++last_invoke[meter]);
  }
  std::map<std::uint16_t, std::uint8_t> last_invoke{};  ///< by the meter's number

  /// For what they push, however long ago they were read.
  Seen seen{};
};

struct Subject {
  const model::MeterModel& meter_model;
  [[nodiscard]] const model::DlmsLayout& layout() const { return meter_model.dlms; }
  std::shared_ptr<Learnt> learnt;
  MeterAddress address;
};

/// What all DLMS exchanges share: asking one plain service at a time, judging the answer against
/// the question. The association, ciphering and blocks are the link's. The derived classes are one
/// operation each.
class DlmsExchange : public Exchange {
 public:
  explicit DlmsExchange(Subject subject) : subject_{std::move(subject)} {}

  [[nodiscard]] DriverStep answered(WireResult answer, Now now) final;
  [[nodiscard]] DriverStep resume(Now now) override;

 protected:
  /// Results in the order of the attributes that were asked for.
  [[nodiscard]] virtual DriverStep got(std::vector<dlms::GetResult> results, Now now) = 0;
  /// A SET or an ACTION of this exchange was answered. For orders: what only reads sends neither.
  [[nodiscard]] virtual DriverStep done(dlms::AccessResult result, Now now);
  /// The meter would not look at the request; the default ends the operation as refused.
  [[nodiscard]] virtual DriverStep refused(std::string what, Now now);

  [[nodiscard]] DriverStep get(std::vector<dlms::AttributeReference> attributes);
  [[nodiscard]] DriverStep set(const dlms::AttributeReference& attribute, dlms::Data value,
                               bool keep_meter = false);
  [[nodiscard]] DriverStep act(const dlms::MethodReference& method, dlms::Data parameter,
                               bool keep_meter = false);
  /// The last question once more, after a pause.
  [[nodiscard]] static DriverStep ask_again_after(std::chrono::milliseconds pause);

  [[nodiscard]] static DriverStep finish(operation::Answer answer);
  [[nodiscard]] DriverStep fail(OperationFault fault) const;
  [[nodiscard]] DriverStep meaningless(std::string what) const;
  [[nodiscard]] DriverStep refuse(dlms::AccessResult result) const;

  [[nodiscard]] const model::MeterModel& meter_model() const { return subject_.meter_model; }
  [[nodiscard]] const model::DlmsLayout& layout() const { return subject_.layout(); }
  [[nodiscard]] Learnt& learnt() const { return *subject_.learnt; }
  [[nodiscard]] std::uint16_t meter_number() const { return subject_.address.number; }
  [[nodiscard]] Learnt::ProfileOf profile_of(const cosem::ObisCode& profile) const {
    return {subject_.address.number, profile};
  }

  /// From the next request on, whatever goes wrong, the meter may have taken the order.
  void order_leaves() { order_left_ = true; }
  void order_refused() { order_left_ = false; }

 private:
  [[nodiscard]] DriverStep ask(dlms::Apdu apdu, bool keep_meter);
  [[nodiscard]] DriverStep next_attributes();
  [[nodiscard]] DriverStep take(std::vector<dlms::GetResult> results, Now now);

  Subject subject_;
  dlms::Apdu asked_;
  bool keep_meter_ = false;
  bool order_left_ = false;
  bool is_order_ = false;
  std::vector<dlms::AttributeReference> wanted_;
  std::vector<dlms::GetResult> results_;
  std::size_t in_request_ = 0;
};

[[nodiscard]] dlms::AttributeReference attribute_of(std::uint16_t class_id,
                                                    const cosem::ObisCode& name,
                                                    std::int8_t attribute);
/// The value, if there is one.
[[nodiscard]] const dlms::Data* data_of(const dlms::GetResult& result);
[[nodiscard]] operation::MeterRefusal refusal_of(dlms::AccessResult result);

}  // namespace metergate::dlms_driver
