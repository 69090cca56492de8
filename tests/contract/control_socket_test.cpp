// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/control/control_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>

#include "gateway/runtime/control/control_request.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::runtime {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

/// A plain blocking client on a real socket; the loop is turned by hand in between.
class Client {
 public:
  explicit Client(const std::filesystem::path& path) {
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { hang_up(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  void send(std::string_view text) const {
    ASSERT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  void no_more() const { ::shutdown(fd_, SHUT_WR); }
  void hang_up() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  /// What has arrived so far; `closed()` tells whether the other side is gone.
  std::string received() {
    std::array<char, 65536> room{};
    for (;;) {
      const ssize_t got = ::recv(fd_, room.data(), room.size(), MSG_DONTWAIT);
      if (got == 0) closed_ = true;
      if (got <= 0) return text_;
      text_.append(room.data(), static_cast<std::size_t>(got));
    }
  }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  int fd_ = -1;
  bool connected_ = false;
  bool closed_ = false;
  std::string text_;
};

class ControlSocketTest : public testing::Test {
 protected:
  void SetUp() override { path_ = folder_ / "control.sock"; }
  void TearDown() override {
    socket_.reset();
    turn();
  }
  Result<Done, std::string> start(ControlSocket::Handler handler) {
    socket_ = std::make_unique<ControlSocket>(io_, path_, std::move(handler));
    return socket_->start();
  }
  /// Runs the loop until `done` or nothing more happens for a while.
  template <typename Condition>
  bool turn_until(Condition done) {
    const auto limit = std::chrono::steady_clock::now() + 5s;
    while (!done() && std::chrono::steady_clock::now() < limit) {
      io_.restart();
      io_.run_one_for(20ms);
    }
    return done();
  }
  void turn() {
    io_.restart();
    io_.poll();
  }
  static ControlSocket::Handler echo() {
    return [](const ControlRequest& request, const ControlReply& reply) {
      reply(
          boost::json::serialize(boost::json::object{
              {"method", request.method}, {"params", request.params_json}, {"user", request.user}}),
          true);
    };
  }

  boost::asio::io_context io_{1};
  test::TemporaryDirectory temporary_;
  std::filesystem::path folder_ = temporary_.path();
  std::filesystem::path path_;
  std::unique_ptr<ControlSocket> socket_;
};

TEST_F(ControlSocketTest, RequestIsAnsweredAndTheAskerIsKnownByTheKernel) {
  ASSERT_TRUE(start(echo()));
  Client client{path_};
  ASSERT_TRUE(client.connected());
  client.send("{\"method\": \"meters\", \"params\": {\"a\": 1}}\n");
  ASSERT_TRUE(turn_until([&] { return client.received().ends_with('\n'); }));
  const auto answer = boost::json::parse(client.received()).as_object();
  EXPECT_EQ(answer.at("method"), "meters");
  EXPECT_EQ(answer.at("params"), "{\"a\":1}");
  EXPECT_EQ(answer.at("end"), true);
  const passwd* const me = getpwuid(getuid());
  EXPECT_EQ(answer.at("user").as_string(),
            me != nullptr ? std::string{me->pw_name} : "uid-" + std::to_string(getuid()));
}

TEST_F(ControlSocketTest, SocketIsForOwnerAndGroupOnly) {
  ASSERT_TRUE(start(echo()));
  struct stat there {};
  ASSERT_EQ(lstat(path_.c_str(), &there), 0);
  EXPECT_TRUE(S_ISSOCK(there.st_mode));
  EXPECT_EQ(there.st_mode & 0777U, 0660U);
}

TEST_F(ControlSocketTest, OneRequestMayHaveManyLinesAndTheNextWaitsForItsEnd) {
  std::vector<ControlReply> kept;
  ASSERT_TRUE(
      start([&](const ControlRequest&, ControlReply reply) { kept.push_back(std::move(reply)); }));
  Client client{path_};
  client.send("{\"method\":\"first\"}\n{\"method\":\"second\"}\n");
  ASSERT_TRUE(turn_until([&] { return kept.size() == 1; }));
  EXPECT_TRUE(kept[0](R"({"step": 1})", false));
  turn();
  EXPECT_EQ(kept.size(), 1U);
  EXPECT_TRUE(kept[0](R"({"step": 2})", true));
  ASSERT_TRUE(turn_until([&] { return kept.size() == 2; }));
  EXPECT_TRUE(kept[1]("{}", true));
  EXPECT_FALSE(kept[0]("{}", false)) << "a reply after its own end has nobody to go to";
  ASSERT_TRUE(turn_until([&] { return std::ranges::count(client.received(), '\n') == 3; }));
  EXPECT_EQ(client.received(), "{\"step\":1}\n{\"step\":2,\"end\":true}\n{\"end\":true}\n");
}

TEST_F(ControlSocketTest, NonsenseIsAnsweredAndTheConnectionGoesOn) {
  ASSERT_TRUE(start(echo()));
  Client client{path_};
  client.send("no json\n{\"method\": 3}\n{\"method\":\"m\",\"extra\":1}\n{\"method\":\"ok\"}\n");
  ASSERT_TRUE(turn_until([&] { return std::ranges::count(client.received(), '\n') == 4; }));
  EXPECT_THAT(client.received(), HasSubstr("one JSON object"));
  EXPECT_THAT(client.received(), HasSubstr("method: a word"));
  EXPECT_THAT(client.received(), HasSubstr("no others"));
  EXPECT_THAT(client.received(), HasSubstr("\"method\":\"ok\""));
}

TEST_F(ControlSocketTest, EndlessLineIsCutOff) {
  ASSERT_TRUE(start(echo()));
  Client client{path_};
  client.send(std::string(kMaxControlLineOctets + 1, 'x'));
  ASSERT_TRUE(turn_until([&] { return client.received(), client.closed(); }));
  EXPECT_THAT(client.received(), HasSubstr("at most 65536 octets"));
}

TEST_F(ControlSocketTest, AskerWhoClosesItsSideStillGetsTheAnswer) {
  std::optional<ControlReply> kept;
  ASSERT_TRUE(start([&](const ControlRequest&, ControlReply reply) { kept = std::move(reply); }));
  Client client{path_};
  client.send("{\"method\":\"slow\"}\n");
  client.no_more();
  ASSERT_TRUE(turn_until([&] { return kept.has_value(); }));
  turn();
  EXPECT_TRUE((*kept)("{}", true));
  ASSERT_TRUE(turn_until([&] { return client.received(), client.closed(); }));
  EXPECT_EQ(client.received(), "{\"end\":true}\n");
}

TEST_F(ControlSocketTest, HandlerLearnsThatTheAskerIsGone) {
  std::optional<ControlReply> kept;
  ASSERT_TRUE(start([&](const ControlRequest&, ControlReply reply) { kept = std::move(reply); }));
  Client client{path_};
  client.send("{\"method\":\"slow\"}\n");
  ASSERT_TRUE(turn_until([&] { return kept.has_value(); }));
  client.hang_up();
  EXPECT_TRUE(turn_until([&] { return !(*kept)("{}", false); }));
}

TEST_F(ControlSocketTest, StaleSocketIsReplacedAndALiveOneIsLeftAlone) {
  {
    // What a killed process leaves behind: a socket nobody listens on.
    const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.string().copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(dead);
  }
  ASSERT_TRUE(start(echo()));
  ControlSocket second{io_, path_, echo()};
  const auto refused = second.start();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("served by another process"));
  EXPECT_TRUE(Client{path_}.connected());
}

TEST_F(ControlSocketTest, FileOfAnotherKindIsLeftAlone) {
  std::ofstream{path_} << "precious";
  const auto refused = start(echo());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("not a socket"));
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(ControlSocketTest, PathThatIsTooLongIsToldWithTheLimit) {
  path_ = folder_ / std::string(200, 'p');
  const auto refused = start(echo());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("1 to 107 octets"));
}

TEST_F(ControlSocketTest, StopRemovesThePathAndEndsKeptReplies) {
  std::optional<ControlReply> kept;
  ASSERT_TRUE(start([&](const ControlRequest&, ControlReply reply) { kept = std::move(reply); }));
  Client client{path_};
  client.send("{\"method\":\"slow\"}\n");
  ASSERT_TRUE(turn_until([&] { return kept.has_value(); }));
  EXPECT_TRUE((*kept)(R"({"last": "words"})", false));
  socket_->stop();
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE((*kept)("{}", true));
  ASSERT_TRUE(turn_until([&] { return client.received(), client.closed(); }));
  EXPECT_THAT(client.received(), HasSubstr("last"));
  io_.restart();
  io_.run();  // returns: nothing keeps the loop alive after stop
}

TEST_F(ControlSocketTest, AskerWhoDoesNotReadHoldsUpTheEndForASecondAtMost) {
  std::optional<ControlReply> kept;
  ASSERT_TRUE(start([&](const ControlRequest&, ControlReply reply) { kept = std::move(reply); }));
  Client client{path_};
  client.send("{\"method\":\"flood\"}\n");
  ASSERT_TRUE(turn_until([&] { return kept.has_value(); }));
  const std::string much = "{\"x\":\"" + std::string(1'000'000, 'x') + "\"}";
  EXPECT_TRUE((*kept)(much, false));
  turn();
  socket_->stop();
  io_.restart();
  io_.run_for(5s);
  EXPECT_TRUE(io_.stopped());
}

TEST_F(ControlSocketTest, AskerWhoDoesNotReadIsDroppedBeforeMemoryFills) {
  std::optional<ControlReply> kept;
  ASSERT_TRUE(start([&](const ControlRequest&, ControlReply reply) { kept = std::move(reply); }));
  Client client{path_};
  client.send("{\"method\":\"flood\"}\n");
  ASSERT_TRUE(turn_until([&] { return kept.has_value(); }));
  const std::string much = "{\"x\":\"" + std::string(1'000'000, 'x') + "\"}";
  int taken = 0;
  while (taken < 100 && (*kept)(much, false)) ++taken;
  EXPECT_LT(taken, 20);
}

}  // namespace
}  // namespace metergate::runtime
