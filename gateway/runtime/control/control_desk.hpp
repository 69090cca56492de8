// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/runtime/control/control_socket.hpp"
#include "gateway/runtime/gateway.hpp"

namespace metergate::runtime {

/// What the engineer at the box may ask the running gateway over the control socket:
///   `send`    {verb, meter, body}: one line {"step": …} per step until the command has ended,
///             or one {"refusal": …}
///   `meters`  one line per meter with the live state of its session
///   `probe`   {meter}: a silent meter is tried at once
///   `status`  the box in one line
///   `trace`   {meter, seconds}: one line per exchange with it, tokens hidden
///   `release-fuse` {work_order, comment}: what was opened from afar up to now no longer counts
/// A mistake is answered with one line {"error": …}.
class ControlDesk {
 public:
  ControlDesk(Gateway& gateway, const Clock& clock) : gateway_{gateway}, clock_{clock} {}

  void handle(const ControlRequest& request, const ControlReply& reply);

 private:
  void send(const ControlRequest& request, const ControlReply& reply);
  void meters(const ControlReply& reply);
  void probe(const ControlRequest& request, const ControlReply& reply);
  void status(const ControlReply& reply);
  void trace(const ControlRequest& request, const ControlReply& reply);
  void release_fuse(const ControlRequest& request, const ControlReply& reply);

  Gateway& gateway_;
  const Clock& clock_;
};

}  // namespace metergate::runtime
