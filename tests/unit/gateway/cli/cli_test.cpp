// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/cli.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/journal/journal.hpp"
#include "gateway/runtime/control/control_socket.hpp"
#include "storage/ledger.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/gateway/cli/test_console.hpp"

namespace metergate::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const cosem::ObisCode kImport = *cosem::ObisCode::parse("1-0:1.29.0");
const UtcSeconds kMidnight = *rfc3339::parse_date("2026-03-01");

TEST(CommandLine, HelpIsShownAndIsNoMistake) {
  const Ran help = ran({"--help"});
  EXPECT_EQ(help.code, kOk);
  for (const char* command : {"run", "check-config", "check-model", "meters", "show", "tail",
                              "events", "readings", "export", "send", "probe", "status", "sim"}) {
    EXPECT_THAT(help.out, HasSubstr(command));
  }
  EXPECT_THAT(help.out, HasSubstr("First steps"));
}

TEST(CommandLine, EverySubcommandTeachesByExample) {
  for (const char* command : {"run", "check-config", "check-model", "meters", "show", "tail",
                              "events", "readings", "export", "probe", "status", "registry"}) {
    const Ran help = ran({command, "--help"});
    EXPECT_EQ(help.code, kOk) << command;
    EXPECT_THAT(help.out, HasSubstr("Examples:")) << command;
  }
  for (const VerbTraits& verb : kVerbs) {
    if (verb.addressee == Addressee::Box) continue;  // `metergate registry`
    const Ran help = ran({"send", std::string{verb.word}, "--help"});
    EXPECT_EQ(help.code, kOk) << verb.word;
    EXPECT_THAT(help.out, HasSubstr("Examples:")) << verb.word;
  }
}

TEST(CommandLine, WhatMakesNoSenseIsUsage) {
  EXPECT_EQ(ran({}).code, kUsage);
  EXPECT_EQ(ran({"fly"}).code, kUsage);
  EXPECT_EQ(ran({"tail", "--level", "loud"}).code, kUsage);
  EXPECT_EQ(ran({"readings"}).code, kUsage);
  EXPECT_EQ(ran({"readings", "m1", "--format", "poem"}).code, kUsage);
  EXPECT_EQ(ran({"send", "fly", "m1"}).code, kUsage);
  EXPECT_EQ(ran({"send", "set-relay", "m1", "open"}).code, kUsage);
  EXPECT_EQ(ran({"send", "read", "m1", "minds"}).code, kUsage);
  EXPECT_EQ(ran({"events", "MG9999"}).code, kUsage);
}

TEST(CommandLine, VersionIsTold) {
  const Ran version = ran({"--version"});
  EXPECT_EQ(version.code, kOk);
  EXPECT_THAT(version.out, HasSubstr("metergate "));
}

TEST(CommandLine, EventIsExplained) {
  const Ran event = ran({"events", "MG0203"});
  EXPECT_EQ(event.code, kOk);
  EXPECT_THAT(event.out, HasSubstr("What to do:"));
}

TEST(CommandLine, MissingConfigurationAndStoreHaveTheirOwnCodes) {
  EXPECT_EQ(ran({"meters", "--config", "/nowhere/metergate.toml"}).code, kConfigurationError);
  EXPECT_EQ(ran({"check-config", "/nowhere/metergate.toml"}).code, kConfigurationError);
  EXPECT_EQ(ran({"meters", "--store", "/nowhere/ledger.db"}).code, kIoError);
}

TEST(CommandLine, GatewayThatDoesNotRunIsUnavailable) {
  const Ran status = ran({"status", "--socket", "/nowhere/control.sock"});
  EXPECT_EQ(status.code, kUnavailable);
  EXPECT_THAT(status.err, HasSubstr("is the gateway running"));
  EXPECT_EQ(ran({"send", "synchronise", "m1", "--socket", "/nowhere/control.sock"}).code,
            kUnavailable);
}

/// A ledger with one meter, a few readings and a few lines, closed again.
class WithStore : public testing::Test {
 protected:
  void SetUp() override { fill(); }

  void fill() {
    auto opened = Ledger::open(folder_ / "ledger.db", LedgerMode::ReadWrite);
    ASSERT_TRUE(opened) << opened.error().what;
    Ledger& ledger = *opened;
    const auto meter = ledger.meter(*MeterId::parse("m1"), "some-model", kMidnight);
    ASSERT_TRUE(meter);
    ASSERT_TRUE(ledger.set_serial(meter->key, *SerialNumber::parse("12345678")));
    ASSERT_TRUE(ledger.set_session(meter->key, "online", kMidnight + 2h));
    ASSERT_TRUE(ledger.store_registers(
        meter->key, 1, {.read_at = kMidnight + 2h, .values = {{kImport, {2304, -1}, Unit::V}}}));
    ASSERT_TRUE(ledger.store_profile(
        meter->key, 1,
        {{.start = kMidnight, .values = {{kImport, 100, {}}}},
         {.start = kMidnight + 30min, .values = {{kImport, 200, {IntervalMarks::kPowerDown}}}}},
        kMidnight + 2h));
    ASSERT_TRUE(ledger.store_daily(meter->key, 1,
                                   {{.day = std::chrono::floor<std::chrono::days>(kMidnight),
                                     .values = {{kImport, 5000, {}}}}},
                                   kMidnight + 2h));
    LogEntry entry;
    entry.log = LogId::Tamper;
    entry.sequence = 1;
    entry.meter_time = kMidnight + 1h;
    entry.code = EventCode::TamperStarted;
    ASSERT_TRUE(ledger.store_log(meter->key, 1, {entry}, kMidnight + 2h));

    std::FILE* nowhere = std::tmpfile();
    journal::Journal journal{{.level = journal::Level::Debug, .stream = nowhere}};
    journal.keep_in(&ledger);
    journal.write(journal::kMeterOnline, kMidnight, {{"meter", "m1"}});
    journal.write(journal::kPageStored, kMidnight + 1min, {{"meter", "m1"}, {"data", "profile"}});
    journal.write(journal::kMeterSilent, kMidnight + 2h, {{"meter", "m2"}, {"what", "no answer"}});
    ASSERT_TRUE(ledger.commit());
    std::fclose(nowhere);
  }

  Ran on_store(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--store", (folder_ / "ledger.db").string()});
    return ran(std::move(arguments));
  }
  static std::string content(const std::filesystem::path& file) {
    std::ostringstream out;
    out << std::ifstream{file}.rdbuf();
    return out.str();
  }

  test::TemporaryDirectory temporary_;
  std::filesystem::path folder_ = temporary_.path();
};

TEST_F(WithStore, TailShowsWhatHappenedFromTheLevelUp) {
  const Ran tail = on_store({"tail"});
  EXPECT_EQ(tail.code, kOk) << tail.err;
  EXPECT_THAT(tail.out, HasSubstr("MG0201"));
  EXPECT_THAT(tail.out, HasSubstr("MG0203"));
  EXPECT_THAT(tail.out, Not(HasSubstr("MG0501")));
  EXPECT_THAT(on_store({"tail", "--level", "debug"}).out, HasSubstr("MG0501"));
}

TEST_F(WithStore, TailFiltersByMeterTimeAndNumber) {
  EXPECT_THAT(on_store({"tail", "--meter", "m2"}).out, Not(HasSubstr("MG0201")));
  const Ran since = on_store({"tail", "--since", "2026-03-01T01:00:00Z"});
  EXPECT_THAT(since.out, Not(HasSubstr("MG0201")));
  EXPECT_THAT(since.out, HasSubstr("MG0203"));
  EXPECT_THAT(on_store({"tail", "-n", "1"}).out, Not(HasSubstr("MG0201")));
  EXPECT_EQ(on_store({"tail", "--log", "wood"}).code, kUsage);
}

TEST_F(WithStore, TailSpeaksJson) {
  const Ran tail = on_store({"tail", "--json", "-n", "1"});
  EXPECT_EQ(boost::json::parse(tail.out).at("fields").at("meter"), "m2");
}

TEST_F(WithStore, MetersAreListedAsLastWritten) {
  const Ran meters = on_store({"meters"});
  EXPECT_EQ(meters.code, kOk) << meters.err;
  EXPECT_THAT(meters.out, HasSubstr("m1     some-model  12345678  online"));
  EXPECT_THAT(meters.err, HasSubstr("as last written"));
  EXPECT_THAT(on_store({"meters", "--state", "silent"}).out, Not(HasSubstr("m1")));
  EXPECT_EQ(boost::json::parse(on_store({"meters", "--json"}).out).at("is_live"), false);
}

TEST_F(WithStore, ShowTellsAllOfOneMeter) {
  const Ran show = on_store({"show", "m1"});
  EXPECT_EQ(show.code, kOk) << show.err;
  for (const char* part :
       {"12345678", "supply reported", "supply desired", "230.4", "epoch 1", "last contact"}) {
    EXPECT_THAT(show.out, HasSubstr(part));
  }
  const auto json = boost::json::parse(on_store({"show", "m1", "--json"}).out);
  EXPECT_EQ(json.at("registers").at("values").at(0).at("value"), "230.4");
  EXPECT_EQ(json.at("supply_reported"), "unknown") << "what was not read is not assumed";
}

TEST_F(WithStore, UnknownMeterIsToldWithSimilarNames) {
  const Ran show = on_store({"show", "m"});
  EXPECT_EQ(show.code, kUsage);
  EXPECT_THAT(show.err, HasSubstr("is it m1?"));
}

TEST_F(WithStore, ReadingsComeInEveryFormat) {
  const std::vector<std::string> range{"--from", "2026-03-01", "--to", "2026-03-02"};
  const auto readings = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"readings", "m1"});
    more.insert(more.end(), range.begin(), range.end());
    return on_store(std::move(more));
  };
  EXPECT_THAT(readings({"--format", "csv"}).out,
              HasSubstr("m1,1,2026-03-01T00:30:00Z,1-0:1.29.0*255,,200,,power-down\r\n"));
  EXPECT_EQ(boost::json::parse(readings({"--format", "json"}).out).as_array().size(), 2U);
  EXPECT_THAT(readings({}).out, HasSubstr("2026-03-01T00:30:00Z"));
  EXPECT_THAT(readings({"--format", "draw"}).out, HasSubstr("2 intervals, 46 missing"));
  EXPECT_THAT(readings({"--what", "daily"}).out, HasSubstr("5000"));
  EXPECT_THAT(readings({"--what", "registers"}).out, HasSubstr("230.4"));
  EXPECT_THAT(on_store({"readings", "m1", "--what", "registers"}).out, HasSubstr("230.4"));
  EXPECT_EQ(readings({"--what", "registers", "--format", "draw"}).code, kUsage);
  EXPECT_THAT(readings({}).err, HasSubstr("raw, without unit"));
}

TEST_F(WithStore, ReadingsThatEndBeforeTheyBeginAreUsage) {
  EXPECT_EQ(on_store({"readings", "m1", "--from", "2026-03-02", "--to", "2026-03-01"}).code,
            kUsage);
}

TEST_F(WithStore, ExportWritesOneFilePerSortOfData) {
  const Ran exported =
      on_store({"export", "--dir", folder_.string(), "--from", "2026-03-01", "--to", "2026-03-02"});
  EXPECT_EQ(exported.code, kOk) << exported.err;
  EXPECT_THAT(content(folder_ / "registers.csv"), HasSubstr("230.4,V"));
  EXPECT_THAT(content(folder_ / "daily.csv"), HasSubstr("2026-03-01,1-0:1.29.0*255,,5000"));
  EXPECT_THAT(content(folder_ / "profile.csv"), HasSubstr("power-down"));
  EXPECT_THAT(content(folder_ / "logs.csv"), HasSubstr("tamper,1,2026-03-01T01:00:00Z"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "profile.csv.part"));
}

TEST_F(WithStore, ExportStandsAmongTheLedgersCareToo) {
  const Ran exported = on_store({"store", "export", "--dir", folder_.string(), "--what", "daily",
                                 "--from", "2026-03-01", "--to", "2026-03-02"});
  EXPECT_EQ(exported.code, kOk) << exported.err;
  EXPECT_THAT(content(folder_ / "daily.csv"), HasSubstr("2026-03-01,1-0:1.29.0*255,,5000"));
}

TEST_F(WithStore, ExportReplacesNothingUnasked) {
  std::ofstream{folder_ / "profile.csv"} << "mine";
  const std::vector<std::string> arguments{"export",  "--dir",  folder_.string(), "--what",
                                           "profile", "--from", "2026-03-01"};
  EXPECT_EQ(on_store(arguments).code, kIoError);
  EXPECT_EQ(content(folder_ / "profile.csv"), "mine");
  auto forced = arguments;
  forced.emplace_back("--force");
  EXPECT_EQ(on_store(forced).code, kOk);
  EXPECT_THAT(content(folder_ / "profile.csv"), HasSubstr("meter,epoch,start"));
}

/// A control socket served on a thread of its own, answering as told.
class WithGateway : public WithStore {
 protected:
  void serve(runtime::ControlSocket::Handler handler) {
    socket_ = std::make_unique<runtime::ControlSocket>(io_, path(), std::move(handler));
    const auto started = socket_->start();
    ASSERT_TRUE(started) << started.error();
    thread_ = std::thread{[this] { io_.run(); }};
  }
  void TearDown() override {
    boost::asio::post(io_, [this] { socket_->stop(); });
    if (thread_.joinable()) thread_.join();
    WithStore::TearDown();
  }
  [[nodiscard]] std::string path() const { return (folder_ / "control.sock").string(); }
  Ran send(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "send");
    arguments.insert(arguments.end(), {"--socket", path()});
    return ran(std::move(arguments));
  }

  boost::asio::io_context io_{1};
  std::unique_ptr<runtime::ControlSocket> socket_;
  std::thread thread_;
};

TEST_F(WithGateway, SendShowsEachStepAndReturnsTheOutcome) {
  std::string asked;
  serve([&](const runtime::ControlRequest& request, const runtime::ControlReply& reply) {
    asked = request.params_json;
    reply(R"({"step": {"state": "accepted"}})", false);
    reply(R"({"step": {"state": "sending", "attempt": 1}})", false);
    reply(R"({"step": {"state": "succeeded"}})", true);
  });
  const Ran sent = send({"set-relay", "m1", "armed", "--work-order", "W-1"});
  EXPECT_EQ(sent.code, kOk) << sent.err;
  EXPECT_THAT(sent.out, HasSubstr("accepted"));
  EXPECT_THAT(sent.out, HasSubstr("attempt 1"));
  EXPECT_THAT(sent.out, HasSubstr("succeeded"));
  const auto params = boost::json::parse(asked);
  EXPECT_EQ(params.at("verb"), "set-relay");
  EXPECT_EQ(params.at("meter"), "m1");
  EXPECT_EQ(params.at("body").at("work_order"), "W-1");
  EXPECT_EQ(params.at("body").at("params").at("state"), "armed");
}

TEST_F(WithGateway, RefusalAndErrorAreRefused) {
  serve([&](const runtime::ControlRequest& request, const runtime::ControlReply& reply) {
    if (request.params_json.find("\"m1\"") != std::string::npos) {
      reply(R"({"refusal": {"state": "refused", "reason": "queue-full"}})", true);
    } else {
      reply(R"({"error": "no such thing"})", true);
    }
  });
  EXPECT_EQ(send({"synchronise", "m1"}).code, kRefused);
  const Ran error = send({"synchronise", "m2"});
  EXPECT_EQ(error.code, kRefused);
  EXPECT_THAT(error.err, HasSubstr("no such thing"));
}

TEST_F(WithGateway, OutcomeThatIsNotKnownHasItsOwnCode) {
  serve([&](const runtime::ControlRequest&, const runtime::ControlReply& reply) {
    reply(R"({"step": {"state": "accepted"}})", false);
    reply(R"({"step": {"state": "unconfirmed", "final": true}})", true);
  });
  EXPECT_EQ(send({"synchronise", "m1"}).code, kUnconfirmed);
}

TEST_F(WithGateway, NoWaitReturnsOnceAccepted) {
  serve([&](const runtime::ControlRequest&, const runtime::ControlReply& reply) {
    reply(R"({"step": {"state": "accepted"}})", false);
  });
  EXPECT_EQ(send({"synchronise", "m1", "--no-wait"}).code, kOk);
}

TEST_F(WithGateway, GatewayThatStopsMidwayLeavesTheOutcomeUnknown) {
  serve([&](const runtime::ControlRequest&, const runtime::ControlReply& reply) {
    reply(R"({"step": {"state": "accepted"}})", false);
    boost::asio::post(io_, [this] { socket_->stop(); });
  });
  const Ran sent = send({"synchronise", "m1"});
  EXPECT_EQ(sent.code, kUnconfirmed);
  EXPECT_THAT(sent.err, HasSubstr("goes on"));
}

TEST_F(WithGateway, LiveStateIsMergedIntoTheStoredOne) {
  serve([&](const runtime::ControlRequest& request, const runtime::ControlReply& reply) {
    EXPECT_EQ(request.method, "meters");
    reply(R"({"meter": "m1", "state": "silent", "line": "riser-1", "timeout_ms": 250})", false);
    reply("{}", true);
  });
  const Ran meters = on_store({"meters", "--socket", path()});
  EXPECT_THAT(meters.out, HasSubstr("silent"));
  EXPECT_THAT(meters.out, HasSubstr("riser-1"));
  EXPECT_EQ(meters.err, "");
  EXPECT_THAT(on_store({"show", "m1", "--socket", path()}).out, HasSubstr("waits 250 ms"));
}

TEST_F(WithGateway, StatusAndProbeAskTheGateway) {
  serve([&](const runtime::ControlRequest& request, const runtime::ControlReply& reply) {
    if (request.method == "status") reply(R"({"meters": 3})", true);
    if (request.method == "probe") reply("{}", true);
  });
  EXPECT_THAT(ran({"status", "--socket", path()}).out, HasSubstr("meters              3"));
  EXPECT_EQ(ran({"probe", "m1", "--socket", path()}).code, kOk);
}

}  // namespace
}  // namespace metergate::cli
