// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "gateway/links/link.hpp"
#include "protocols/octets/octets.hpp"

namespace boost::asio {
class io_context;
}

namespace metergate {

struct DlmsSerial {
  std::filesystem::path device;
  std::uint32_t baud = 9600;  ///< always 8N1: HDLC needs all eight bits
  /// Each meter is opened in mode E of IEC 62056-21 at this speed, and `baud` is the greatest then.
  std::optional<std::uint32_t> opening_baud{};
};
struct DlmsTcp {
  std::string host;
  std::uint16_t port = 4059;
};
using DlmsWay = std::variant<DlmsSerial, DlmsTcp>;

/// `/dev/ttyS1`, `10.0.0.7:4059`
[[nodiscard]] std::string text(const DlmsWay& way);

/// The octets of one serial line or connection, both ways. On the loop thread; handlers are called
/// from there, never from inside a call, and no more after the wire is gone.
class DlmsWire {
 public:
  struct Handlers {
    std::function<void(std::string why)> opened;  ///< empty: it is open
    std::function<void(OctetView)> received;
    std::function<void(std::string why)> lost;
    /// Instead of `opened`: the line is there, and its meter could not be opened.
    std::function<void(LinkFault)> unopened{};
  };

  [[nodiscard]] static std::unique_ptr<DlmsWire> make(boost::asio::io_context& loop,
                                                      const DlmsWay& way, Handlers handlers);
  virtual ~DlmsWire() = default;
  virtual void open() = 0;
  virtual void write(Octets octets) = 0;
  /// It is somebody else's from now on, who hears nothing of `opened`. Not from inside a handler.
  virtual void hand_over(Handlers handlers) = 0;
  virtual void close() = 0;
  /// Of a serial line, once what was written has left; false where there is no speed.
  [[nodiscard]] virtual bool switch_speed(std::uint32_t) { return false; }
};

/// Makes a wire whenever one is needed; nothing: there is none now.
using DlmsWireMaker = std::function<std::unique_ptr<DlmsWire>(DlmsWire::Handlers)>;

}  // namespace metergate
