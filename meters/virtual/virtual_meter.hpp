// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meters/event_log.hpp"
#include "meters/load_profile.hpp"
#include "meters/operation.hpp"
#include "meters/reading.hpp"
#include "meters/supply.hpp"
#include "meters/virtual/deed.hpp"
#include "meters/virtual/settings.hpp"
#include "protocols/result.hpp"

namespace metergate::virtual_meter {

/// An order that changed or tried to change the meter, as the meter itself remembers it for ever:
/// the truth a checker compares the gateway's outcomes with.
struct OrderSeen {
  enum class Kind : std::uint8_t { Token = 1, Relay, Clock, KeyedCode, Tenancy, Supplier, Tariff };
  Kind kind = Kind::Token;
  operation::TransactionId transaction = 0;  ///< 0 for a code keyed in
  UtcSeconds true_time;
  std::string digits;  ///< of a code; empty for the others
  operation::OrderAnswer answer;
};

/// A change that came into force. The meter remembers it for ever, whatever it purged: the truth.
struct ChangeFired {
  enum class Kind : std::uint8_t { Tenancy = 1, Supplier, Tariff };
  Kind kind = Kind::Tenancy;
  operation::TransactionId transaction = 0;  ///< 0 for a tariff that waited for its time
  std::uint32_t event_id = 0;                ///< the issuer's; of a tariff its id
  UtcSeconds true_time;
  UtcSeconds meter_time;
  UtcSeconds effective;                       ///< as asked for; of one at once the meter's time
  SupplyState supply = SupplyState::Unknown;  ///< afterwards
  std::uint32_t intervals_purged = 0;
  UtcSeconds first_purged{};  ///< starts of the oldest and of the newest interval that went
  UtcSeconds last_purged{};

  friend bool operator==(const ChangeFired&, const ChangeFired&) = default;
};

/// What purges took away, oldest change first; filled with Settings::keep_truth only.
struct Purged {
  std::vector<ProfileInterval> intervals;
  std::vector<DailySnapshot> daily;
  std::vector<LogEntry> entries;
  std::vector<BillingSnapshot> billing;
};

/// What a person at the keypad gets to see.
struct KeyedIn {
  operation::OrderAnswer answer;
  std::vector<std::string> display;
  /// The meter shows nothing and logs nothing: a UTRN that was used before.
  bool silent = false;
};

/// How a meter with keys stands.
struct TokenState {
  MeterKeys keys;  ///< as of the last key change
  std::optional<std::uint32_t> power_limit_w;
  std::optional<std::uint32_t> unbalance_limit_w;
  std::uint16_t tariff_rate = 0;
  std::int64_t units_wh = 0;     ///< the register of electricity credit
  std::int64_t money_minor = 0;  ///< the register of electricity credit in currency
  bool keypad_locked = false;
  sts::TokenIdentifier newest_tid = sts::TokenIdentifier::from_minutes(0);
  utrn::UtrnCounter highest_counter{0};
};

/// Up to where a meter has pushed.
struct PushMark {
  std::array<std::uint32_t, kAllLogs.size()> sequences{};
  UtcSeconds interval{};        ///< starts before this are out
  std::chrono::sys_days day{};  ///< up to and including this one
};

/// What a meter has to push: what is new or, when nothing is, what a change of supplier makes it
/// push once more (utrn-and-premier.md 1.6).
struct Pushes {
  std::vector<LogEntry> entries;
  std::vector<ProfileInterval> intervals;
  std::vector<DailySnapshot> daily;

  bool repeated = false;  ///< not new
  PushMark mark;          ///< when these are out
  std::size_t age = 0;    ///< changes fired so far; what was gathered before one counts no more

  [[nodiscard]] bool empty() const { return entries.empty() && intervals.empty() && daily.empty(); }
};

/// A prepayment meter after Premier 211 (utrn-and-premier.md 1.2 to 1.8): load curve, registers,
/// profile, ten logs, relay, account, clock. It holds no thread and no clock; every call is given
/// the true time, and its own clock drifts away from that. Calls must not go back in time; one that
/// does is taken as "no time has passed". What a wire looks like is the business of the fronts in
/// gateway/sim.
class VirtualMeter {
 public:
  /// Born `settings.history` before `now`; profile, daily values and logs are filled up to it.
  VirtualMeter(Settings settings, UtcSeconds now);
  ~VirtualMeter();
  VirtualMeter(VirtualMeter&&) noexcept;
  VirtualMeter& operator=(VirtualMeter&&) noexcept;

  /// Lives up to `now`: load, intervals, snapshots, credit, limits. The result does not depend on
  /// how many calls it takes.
  void advance(UtcSeconds now);

  /// Performs one operation (after `advance(now)`). An order (operation::changes_meter) always
  /// answers with an OrderAnswer, taken or refused; the error is for what the meter cannot do at
  /// all, or when it is without power (`raw` is `no-power`; a wire front stays silent then).
  [[nodiscard]] Result<operation::Answer, operation::OrderRefused> perform(
      const operation::Operation& operation, UtcSeconds now);

  // ---- a person at the meter --------------------------------------------------------------------
  /// The whole key procedure: closes the relay when it is ARMED, else does nothing.
  void press_button(UtcSeconds now);
  /// The same in its two steps: the second key counts for thirty seconds after the first.
  void press_first_key(UtcSeconds now);
  void press_second_key(UtcSeconds now);
  void open_cover(UtcSeconds now);
  void close_cover(UtcSeconds now);
  void cut_power(UtcSeconds now);
  void restore_power(UtcSeconds now);
  [[nodiscard]] bool powered() const;
  /// Keys in 1 to 60 digits; more, or anything else, is refused as malformed and not even noted.
  [[nodiscard]] KeyedIn key_in(std::string_view digits, UtcSeconds now);
  /// What the household draws from now on; nothing: its own habits again.
  void switch_load(std::optional<PhaseWatts> watts, UtcSeconds now);
  /// Commissioning: 1 to 50 times OFF for five seconds, then ON for five; afterwards the relay is
  /// as it was. Each movement counts as an operation of the day. False, and nothing happens, when
  /// the relay is not the commissioner's to move: held OFF by more than never having been
  /// connected, or no power.
  bool cycle_relay(std::uint8_t times, UtcSeconds now);
  /// A fault: the relay moves, and nothing in the meter knows why.
  void force_relay(SupplyState to, UtcSeconds now);
  /// The user asks for the emergency credit; false when there is none or the credit is not low.
  bool take_emergency_credit(UtcSeconds now);
  /// At the optical port: no transaction id, but a mark on the interval and a log entry all the
  /// same.
  void set_clock_locally(UtcSeconds meter_time, UtcSeconds now);

  /// Log entries, closed intervals and snapshots to be pushed, at most so many rows of each; the
  /// history is not among them until a change of supplier. Survives save and restore.
  [[nodiscard]] Pushes pushes(std::size_t rows) const;
  /// They have arrived; until then the same are handed out again.
  void pushed(const Pushes& out);
  /// All of them, taken for arrived.
  [[nodiscard]] Pushes take_pushes();

  /// Gives keys to a meter that went by the open rule; there is no way back. False, and nothing
  /// happens, when it has keys already. The caller saves the whole state: this is no deed.
  bool fit_keys(MeterKeys keys);

  // ---- its whole state as text ------------------------------------------------------------------
  [[nodiscard]] std::string save() const;
  /// Refuses text of another version, cut short or altered; the error says where.
  [[nodiscard]] static Result<VirtualMeter, std::string> restore(std::string_view text);
  /// What was done since the last call: kept beside a saved state, it spares writing the whole
  /// state with every order.
  [[nodiscard]] std::vector<Deed> take_deeds();
  /// Does it again; one that the state already holds (by its number) is passed over. False: it does
  /// not follow on this state.
  [[nodiscard]] bool redo(const Deed& deed);

  // ---- the truth, for tests and checkers --------------------------------------------------------
  [[nodiscard]] const Settings& settings() const;
  [[nodiscard]] const SerialNumber& serial() const;
  [[nodiscard]] UtcSeconds meter_time() const;
  [[nodiscard]] RelayReading relay() const;
  /// How often it came up since it was made; no purge resets it.
  [[nodiscard]] std::uint32_t boots() const;
  [[nodiscard]] std::int64_t balance_minor() const;
  /// Counts orders and acts of a person, never the passing of time: when it has grown, the deeds
  /// must be on disk before the meter answers.
  [[nodiscard]] std::uint64_t changes() const;
  [[nodiscard]] const std::vector<OrderSeen>& orders() const;
  /// The last remote order it judged, what the transaction registers show; none before the first.
  [[nodiscard]] std::optional<OrderSeen> last_order() const;
  [[nodiscard]] std::vector<ProfileInterval> intervals(UtcSeconds from, UtcSeconds to) const;
  [[nodiscard]] std::vector<DailySnapshot> snapshots() const;
  [[nodiscard]] const std::vector<LogEntry>& log(LogId log) const;
  [[nodiscard]] const std::vector<BillingSnapshot>& billing() const;
  [[nodiscard]] TariffReading tariff() const;
  /// The one change of tenancy and the one of supplier that wait for their time.
  [[nodiscard]] const std::optional<operation::ChangeTenancy>& pending_tenancy() const;
  [[nodiscard]] const std::optional<operation::ChangeSupplier>& pending_supplier() const;
  [[nodiscard]] const std::vector<ChangeFired>& changes_fired() const;
  [[nodiscard]] Purged purged() const;
  /// Nothing for a meter of the open rule.
  [[nodiscard]] std::optional<TokenState> token_state() const;

  // ---- what any virtual meter captures ----------------------------------------------------------
  /// Registers a model may name. Usual (read when none is named): 1-0:1.8.0, 2.8.0 (zero), 3.8.0,
  /// 1.7.0, 32.7.0, 31.7.0, 14.7.0, 13.7.0 and 0-0:19.10.0, the balance in minor units. When named:
  /// 3.7.0, 9.7.0, 4.8.0 and the phases of a three-phase meter, with all load on the first.
  /// Profile: 1-0:1.29.0 Wh and 1-0:3.29.0 varh per period. Daily: 1-0:1.8.0, 1-0:3.8.0 at
  /// midnight.
  [[nodiscard]] static const std::vector<cosem::ObisCode>& register_codes();
  [[nodiscard]] static const std::vector<cosem::ObisCode>& profile_channels();
  [[nodiscard]] static const std::vector<cosem::ObisCode>& daily_channels();

 private:
  struct State;
  explicit VirtualMeter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace metergate::virtual_meter
