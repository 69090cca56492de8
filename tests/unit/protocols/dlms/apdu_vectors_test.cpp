// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/cosem/profile_rows.hpp"
#include "protocols/cosem/scaler_unit.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/selective_access.hpp"
#include "protocols/dlms/wrapper.hpp"
#include "protocols/hdlc/framer.hpp"
#include "protocols/hdlc/llc.hpp"
#include "protocols/octets/compact_hex.hpp"
#include "tests/support/vector_entry.hpp"

namespace metergate::dlms {
namespace {

using vectors::expected;

Octets wire(std::string_view id) { return vectors::octets(vectors::dlms(id), "hex"); }

/// The APDU of that kind; it must be written the same again.
template <typename Kind>
Kind apdu(std::string_view id) {
  const Octets octets = wire(id);
  const auto decoded = decode_apdu(octets);
  EXPECT_TRUE(decoded) << id;
  if (!decoded) return {};
  EXPECT_EQ(encode_apdu(*decoded), octets) << id << ' ' << apdu_word(*decoded);
  const auto* kind = std::get_if<Kind>(&*decoded);
  EXPECT_NE(kind, nullptr) << id << ' ' << apdu_word(*decoded);
  return kind != nullptr ? *kind : Kind{};
}

Data value(std::string_view id) { return std::get<Data>(apdu<GetResponse>(id).result); }

TEST(XdlmsVectors, Get) {
  const auto request = apdu<GetRequest>("get-req");
  EXPECT_EQ(request.invoke.octet, 0xC1);
  EXPECT_EQ(request.attribute,
            (AttributeReference{cosem::data::kClass, cosem::kLogicalDeviceName, 2, {}}));
  EXPECT_EQ(text_of(value("get-res-octets")), "GRX0000000123456");
  EXPECT_EQ(integer_of(value("get-res-u32")), 12345678);
  EXPECT_EQ(cosem::decode_scaler_unit(value("get-res-scaler")), (cosem::ScalerUnit{0, 30}));
  EXPECT_EQ(to_utc(date_time_of(value("get-res-clock")).value()),
            rfc3339::parse("2026-11-20T19:39:33Z"));
  EXPECT_EQ(std::get<AccessResult>(apdu<GetResponse>("get-res-error").result),
            AccessResult::ObjectUndefined);
  EXPECT_EQ(value("get-token-status"), (Data{Structure{{Enum{4}, BitString{8, {0}}}}}));
}

TEST(XdlmsVectors, GetWithListAndBlocks) {
  const auto list = apdu<GetRequestList>("get-req-list");
  ASSERT_EQ(list.attributes.size(), 3U);
  EXPECT_EQ(list.attributes[1], (AttributeReference{8, cosem::kClock, 3, {}}));
  const auto results = apdu<GetResponseList>("get-res-list").results;
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(integer_of(std::get<Data>(results[2])), 12345678);
  EXPECT_EQ(decode_get_results(encode_get_results(results)).value(), results);
  EXPECT_EQ(apdu<GetRequestNext>("get-req-next").block, 2U);
  const auto block = apdu<GetResponseBlock>("get-res-block-last");
  EXPECT_TRUE(block.last);
  EXPECT_EQ(block.number, 1U);
  const Octets& raw = std::get<Octets>(block.content);
  EXPECT_EQ(raw.size(), 65U);
  // Two rows are announced and three are there.
  EXPECT_EQ(decode_data(raw).error().reason, DecodeFault::Reason::Trailing);
}

TEST(XdlmsVectors, SelectiveAccessByRange) {
  const auto request = apdu<GetRequest>("get-req-range");
  const auto range = range_of(request.attribute.access.value()).value();
  EXPECT_EQ(range.restricting, (cosem::CaptureObject{8, cosem::kClock, 2, 0}));
  EXPECT_TRUE(range.columns.empty());
  EXPECT_EQ(select(range), *request.attribute.access);
  const auto vector = vectors::dlms("get-req-range");
  EXPECT_EQ(*octets_of(range.from), vectors::octets(expected(vector), "from"));

  const Data rows = value("get-res-range");
  const auto read =
      cosem::decode_rows(rows, {{{8, cosem::kClock, 2, 0}, {3, cosem::obis(1, 0, 1, 8, 0), 2, 0}},
                                std::chrono::hours{1},
                                false,
                                {}});
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 5U);
  EXPECT_EQ((*read)[4].time, *rfc3339::parse("2026-11-20T19:00:00Z"));
  EXPECT_EQ(integer_of((*read)[4].cells[1]), 10000);
}

TEST(XdlmsVectors, SetAndAction) {
  const auto set = apdu<SetRequest>("set-req");
  EXPECT_EQ(set.attribute, (AttributeReference{8, cosem::kClock, 2, {}}));
  EXPECT_TRUE(date_time_of(set.value));
  EXPECT_EQ(apdu<SetResponse>("set-res").result, AccessResult::Success);
  const auto action = apdu<ActionRequest>("act-req");
  EXPECT_EQ(action.method, (MethodReference{70, cosem::kDisconnectControl, 1}));
  EXPECT_EQ(action.parameter, Data{std::int8_t{0}});
  EXPECT_EQ(apdu<ActionResponse>("act-res-ok").outcome, ActionOutcome{});
  const auto pass4 = apdu<ActionResponse>("act-res-data").outcome.returned.value();
  EXPECT_EQ(octets_of(std::get<Data>(pass4))->size(), 17U);
  EXPECT_EQ(
      std::get<AccessResult>(apdu<ActionResponse>("act-res-data-error").outcome.returned.value()),
      AccessResult::OtherReason);
  EXPECT_EQ(text_of(apdu<ActionRequest>("act-token-ascii").parameter.value()),
            "12345678901234567890");
}

TEST(XdlmsVectors, AccessOfGreatBritain) {
  const auto topup = apdu<AccessRequest>("gbcs-topup");
  ASSERT_EQ(topup.specifications.size(), 1U);
  EXPECT_EQ(std::get<AccessAction>(topup.specifications[0]).method,
            (MethodReference{115, cosem::kTokenGateway, 1}));
  EXPECT_EQ(text_of(topup.data.at(0)), "73946144332040217315");
  const auto done = apdu<AccessResponse>("gbcs-topup-res");
  EXPECT_EQ(done.outcomes.at(0),
            (AccessOutcome{AccessOutcome::Kind::Action, AccessResult::Success}));
  EXPECT_EQ(integer_of(apdu<AccessRequest>("gbcs-relay-close").data.at(0)), 0x33);
  EXPECT_EQ(integer_of(apdu<AccessRequest>("gbcs-relay-open").data.at(0)), 0x34);
  const auto state = apdu<AccessRequest>("gbcs-relay-state");
  EXPECT_EQ(std::get<AccessGet>(state.specifications.at(0)).attribute,
            (AttributeReference{70, cosem::kDisconnectControl, 3, {}}));
  EXPECT_EQ(integer_of(apdu<AccessResponse>("gbcs-relay-state-res").data.at(0)), 1);
  apdu<AccessRequest>("gbcs-clear-log");
  apdu<AccessRequest>("gbcs-balance");
  EXPECT_EQ(integer_of(apdu<AccessResponse>("gbcs-balance-res").data.at(0)), 250000);
}

TEST(XdlmsVectors, Exceptions) {
  const auto exception = apdu<ExceptionResponse>("exc-service");
  EXPECT_EQ(text(exception), "service not allowed: service not supported");
  const Octets counter{0xD8, 0x01, 0x06, 0x00, 0x00, 0x01, 0x02};
  const auto expecting = std::get<ExceptionResponse>(decode_apdu(counter).value());
  EXPECT_EQ(expecting.invocation_counter, 0x102U);
  EXPECT_EQ(encode_apdu(expecting), counter);
  const Octets refused{0x0E, 0x01, 0x06, 0x01};
  EXPECT_EQ(text(std::get<ConfirmedServiceError>(decode_apdu(refused).value())),
            "initiate refused: DLMS version too low");
}

TEST(XdlmsVectors, NullDataInAProfileIsWhatFollowsFromTheRowBefore) {
  const auto vector = vectors::dlms("profile-null-data");
  const auto& told = expected(vector);
  auto buffer = decode_data(vectors::octets(vector, "hex")).value();
  cosem::ProfileShape shape;
  shape.columns = {{8, cosem::kClock, 2, 0},
                   {1, cosem::profile_status_object(1), 2, 0},
                   {3, cosem::obis(1, 0, 1, 8, 0), 2, 0},
                   {3, cosem::obis(1, 0, 2, 8, 0), 2, 0}};
  shape.capture_period = std::chrono::minutes{vectors::number(told, "capture_period_minutes")};
  const auto rows = cosem::decode_rows(std::move(buffer), shape);
  ASSERT_TRUE(rows);
  const auto& times = told.at("row_times_utc").as_array();
  ASSERT_EQ(rows->size(), times.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    EXPECT_EQ((*rows)[i].time, *rfc3339::parse(boost::json::value_to<std::string>(times[i])));
    EXPECT_EQ((*rows)[i].time_derived, i > 0);
    EXPECT_EQ(integer_of((*rows)[i].cells[3]), 1620);
  }
}

TEST(WrapperVectors, PdusComeInAnyPortions) {
  const Octets one = wire("wrap-aarq");
  const Octets two = wire("wrap-split");
  Octets all = one;
  all.insert(all.end(), two.begin(), two.end());
  for (const std::size_t portion : {std::size_t{1}, std::size_t{7}, all.size()}) {
    WrapperStream stream;
    std::vector<WrapperPdu> pdus;
    for (std::size_t at = 0; at < all.size(); at += portion) {
      const OctetView piece = OctetView{all}.subspan(at, std::min(portion, all.size() - at));
      for (WrapperPdu& pdu : stream.take(piece)) pdus.push_back(std::move(pdu));
    }
    ASSERT_EQ(pdus.size(), 3U);
    EXPECT_EQ(pdus[0].source, 16);
    EXPECT_EQ(pdus[0].destination, 1);
    EXPECT_EQ(encode_wrapper(pdus[0]), one);
    EXPECT_FALSE(stream.within_pdu());
  }
}

TEST(WrapperVectors, AnotherVersionOrTooLongAPduLosesThePlace) {
  WrapperStream stream;
  Octets wrong = wire("wrap-aarq");
  wrong[1] = 2;
  EXPECT_TRUE(stream.take(wrong).empty());
  EXPECT_EQ(stream.fault(), WrapperStream::Fault::Version);
  WrapperStream small{30};
  EXPECT_TRUE(small.take(wire("wrap-aarq")).empty());
  EXPECT_EQ(small.fault(), WrapperStream::Fault::TooLong);
}

DataNotification push(std::string_view id) {
  hdlc::Framer framer;
  const auto frames = framer.take(wire(id));
  EXPECT_EQ(frames.size(), 1U) << id;
  const auto content = hdlc::without_llc(frames.at(0).information).value();
  return std::get<DataNotification>(decode_apdu(content).value());
}

TEST(PushVectors, ARealMeterListsItsValuesWithScalersAndUnits) {
  const auto aidon = push("push-aidon-1ph");
  EXPECT_EQ(aidon.invoke.number, 1073741824U);
  EXPECT_TRUE(aidon.date_time.empty());
  const DataList& list = *array_of(aidon.body);
  ASSERT_EQ(list.size(), 9U);
  const DataList& power = *structure_of(list[3], 3);
  EXPECT_EQ(logical_name_of(power[0]), cosem::obis(1, 0, 1, 7, 0));
  EXPECT_EQ(integer_of(power[1]), 1362);
  EXPECT_EQ(cosem::decode_scaler_unit(power[2]), (cosem::ScalerUnit{0, 27}));
}

TEST(PushVectors, ATagBeforeTheLengthOfTheDateTimeIsPassedOver) {
  const auto kaifa = push("push-kaifa");
  EXPECT_EQ(kaifa.date_time, vectors::octets(expected(vectors::dlms("push-kaifa")), "datetime"));
  EXPECT_EQ(structure_of(kaifa.body, 13)->size(), 13U);
}

}  // namespace
}  // namespace metergate::dlms
