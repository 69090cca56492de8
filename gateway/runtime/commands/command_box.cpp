// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/commands/command_answers.hpp"
#include "gateway/runtime/commands/command_live.hpp"
#include "gateway/runtime/storage_trouble.hpp"
#include "storage/crash_point.hpp"

/// Commands to the box itself: no meter is asked, so nothing of them is ever waiting.
namespace metergate::runtime {

Submitted CommandDesk::submit_to_box(const Command& command, Now now) {
  Ledger& ledger = keeper_.ledger();
  const auto unavailable = [&] { return turn_away(command, storage_unavailable(), now); };
  const auto known = keeper_.checked(ledger.find_command(command.id));
  const auto box = keeper_.checked(ledger.meter(box_id(), "", now.utc));
  if (!known || !box) return unavailable();

  std::optional<RegistryDesk::Changed> changed;
  if (!*known) {
    auto done = registry_.change(command, now);
    if (!done) return turn_away(command, std::move(done).error(), now);
    changed = std::move(*done);
  }
  const auto outcome = keeper_.checked(
      ledger.insert_command(box->key, command, north::body_digest(command), now.utc));
  if (!outcome) return unavailable();
  if (const auto* there = std::get_if<AlreadyThere>(&*outcome)) {
    if (!there->same_body) {
      return turn_away(
          command, {Reason::ConflictingId, "id", command.id.text(), "a new id for a new command"},
          now);
    }
    answer_again(command, there->existing);
    return CommandKnown{there->existing};
  }
  StoredCommand stored{.key = std::get<Inserted>(*outcome).key, .command = command};
  stored.accepted_at = now.utc;
  stored.changed_at = now.utc;
  const Step accepted{.at = now.utc};
  Step done{.at = now.utc, .to = CommandState::Succeeded};
  done.result_json = changed->result_json;
  const bool written =
      keeper_.checked(ledger.append_step(stored.key, done)) &&
      keeper_.checked(ledger.enqueue(answer_message(topics_, command, accepted))) &&
      keeper_.checked(ledger.enqueue(answer_message(topics_, command, done)));
  if (!written) return unavailable();
  // The changes of tenancy it asks for are on disk together with it, or nothing is.
  std::vector<WrittenDown> ordered;
  for (const Command& order : changed->orders) {
    Entered entered = write_down(order, now);
    if (auto* written_down = std::get_if<WrittenDown>(&entered)) {
      ordered.push_back(std::move(*written_down));
    }
  }
  crash_point("box-command-written");
  if (!keeper_.commit()) return unavailable();
  crash_point("box-command-durable");
  tell(stored, accepted);
  stored.state = CommandState::Succeeded;
  stored.result_json = done.result_json;
  tell(stored, done);
  registry_.changed(*changed, command, now);
  for (WrittenDown& order : ordered) begin_life(std::move(order), now);
  return CommandTaken{stored.key};
}

}  // namespace metergate::runtime
