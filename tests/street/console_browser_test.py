# SPDX-License-Identifier: Apache-2.0
"""The web console in a real Chromium: with the keyboard, on a phone, in both schemes of colours."""

import unittest

try:
    from harness.chromium import (CONTRAST, DRIVER, NAMELESS, PHONE, WIDE, as_wide_as, asked,
                                  in_colours, open_chromium)
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select
except ImportError:
    DRIVER = None
from harness.console import PASSWORD, USERS, ConsoleCase, order
from harness.running import until

VIEWS = ("#/", "#/meter/a-001", "#/lines", "#/events")


@unittest.skipUnless(DRIVER, "needs Debian's chromium-driver and python3-selenium")
class ConsoleBrowserTest(ConsoleCase):
    street_shape = {"line": 3, "tcp": 1, "mqtt": 2}
    users = {**USERS, "dora": ("customer-service", "change-tenancy,set-tariff")}

    @classmethod
    def open_street(cls):
        super().open_street()
        cls.driver = open_chromium(cls.folder)
        cls.addClassCleanup(cls.driver.quit)

    def setUp(self):
        self.answers_expected = [" 401 "]
        self.driver.delete_all_cookies()
        as_wide_as(self.driver, WIDE)
        in_colours(self.driver, "light")
        self.go("")

    def tearDown(self):
        """Nothing went wrong unseen, nothing was asked of anybody else."""
        severe = [entry["message"] for entry in self.driver.get_log("browser")
                  if entry["level"] == "SEVERE"
                  and not any(code in entry["message"] for code in self.answers_expected)]
        self.assertEqual(severe, [])
        own = f"http://127.0.0.1:{self.port}/"
        self.assertEqual({url for url in asked(self.driver)
                          if not url.startswith((own, "data:", "chrome"))}, set())

    # ---- a user's hands and eyes ----------------------------------------------------------------

    def go(self, view):
        self.driver.get("about:blank")
        self.driver.get(f"http://127.0.0.1:{self.port}/{view}")

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return until(selector, lambda: self.all(selector))[0]

    def text(self, selector="main"):
        try:
            return " ".join(self.one(selector).text.split())
        except StaleElementReferenceException:
            return ""

    def shows(self, words, selector="main"):
        until(lambda: f"`{words}` in {self.text(selector)[:600]}",
              lambda: words in self.text(selector))

    def type(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def press(self, selector, words=None):
        """The button that says so."""
        def found():
            for button in self.all(selector):
                try:
                    if button.is_displayed() and (words is None or words in button.text):
                        button.click()
                        return True
                except StaleElementReferenceException:
                    pass
            return False
        until(f"a button {words}", found)

    def enter(self, user="anna", view="#/"):
        self.one("#user")
        self.type(user, Keys.TAB, PASSWORD, Keys.ENTER)
        self.one("#bar:not([hidden])")
        if view != "#/":
            self.go(view)

    # ---- login ----------------------------------------------------------------------------------

    def test_a_login_needs_nothing_but_the_keyboard(self):
        self.enter()
        self.shows("a-001")
        rows = self.all("#meters tbody tr")
        self.assertEqual(len(rows), len(self.street.meters))
        self.assertIn("6/6 meters", self.text("#box"))

    def test_a_wrong_password_is_told_and_can_be_typed_again(self):
        self.one("#user")
        self.type("anna", Keys.TAB, "not the password", Keys.ENTER)
        self.shows("name or password is wrong")
        self.assertEqual(self.driver.switch_to.active_element.get_attribute("id"), "password")
        self.type(PASSWORD, Keys.ENTER)
        self.shows("a-001")

    def test_a_login_that_ended_leads_to_the_form(self):
        self.enter()
        self.press("#logout")
        self.one("#user")
        self.enter()
        self.shows("a-001")
        self.driver.delete_all_cookies()
        self.shows("Your login has ended")

    def test_the_cookie_is_out_of_a_scripts_reach(self):
        self.enter()
        self.assertEqual(self.driver.execute_script("return document.cookie"), "")

    # ---- what is shown --------------------------------------------------------------------------

    def test_a_meter_that_falls_silent_moves_to_the_top_by_itself(self):
        self.enter()
        self.shows("a-001")
        self.street.do("silence", "a-003")
        self.addCleanup(self.gateway.wait_for_sessions, ["a-003"])
        self.addCleanup(self.street.do, "unsilence", "a-003")

        def first():
            try:
                return " ".join(self.all("#meters tbody tr")[0].text.split())
            except (StaleElementReferenceException, IndexError):
                return ""
        until("a-003 to stand first", lambda: first().startswith("a-003 silent"))
        self.press(".chip", "silent")
        until("it alone", lambda: len(self.all("#meters tbody tr")) == 1)

    def test_meters_are_found_by_a_part_of_their_name(self):
        self.enter()
        self.shows("a-001")
        self.one("#search").send_keys("MQTT")
        until("two of them", lambda: len(self.all("#meters tbody tr")) == 2)

    def test_a_meters_page_shows_its_data_and_the_arrow_keys_read_it(self):
        browser = self.browser("ben")
        until("a profile", lambda: browser.get("/api/meters/a-001/profile").json["data"]["intervals"])
        self.enter(view="#/meter/a-001")
        for words in ("Load profile", "Use by day", "Commands", "Registers", "Tenancy 1 open", "Meter's logs"):
            self.shows(words)
        chart = self.one("svg.chart")
        self.assertIn("Load profile", chart.get_attribute("aria-label"))
        chart.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
        self.assertRegex(self.text(".reading"), r"^\d{4}-\d\d-\d\d 00:30: ")
        self.press("details.values > summary", "As a table")
        self.assertGreater(len(self.all("details.values[open] tbody tr")), 0)

    def test_a_hole_is_drawn_as_one_and_a_marked_value_as_marked(self):
        self.enter()
        drawn = self.driver.execute_async_script("""
            const done = arguments[arguments.length - 1];
            import('/charts.js').then(({ barChart, profileSlots, dailySlots }) => {
              const channel = { obis: 'x', unit: 'Wh', scale: 0 };
              const told = { from: '2026-03-01T00:00:00Z', to: '2026-03-01T04:00:00Z',
                begins: '2026-03-01T00:30:00Z', covered_to: '2026-03-01T03:00:00Z',
                data: { period_min: 30, channels: [channel], intervals: [
                  { start: '2026-03-01T00:30:00Z', values: [5] },
                  { start: '2026-03-01T02:00:00Z', values: [7], marks: ['power-down'] },
                  { start: '2026-03-01T02:30:00Z', values: [9], marks: ['daylight-saving'] }] } };
              const slots = profileSlots(told, channel);
              const days = dailySlots({ from: '2026-03-01', to: '2026-03-06', data: { channels: [channel], snapshots: [
                { day: '2026-03-01', values: [10] }, { day: '2026-03-02', values: [30] },
                { day: '2026-03-04', values: [70] }] } }, channel);
              const chart = barChart({ title: 'x', unit: 'Wh', slots, ticks: [], from: slots[0].from, to: slots[7].to });
              done({ values: slots.map((slot) => slot.value === undefined ? '-' : slot.value),
                days: days.map((slot) => slot.value === undefined ? '-' : slot.value),
                holes: chart.querySelectorAll('.hole').length, marked: chart.querySelectorAll('.value.marked').length,
                plain: chart.querySelectorAll('.value:not(.marked)').length });
            });""")
        # Before the first and after the last that was read nothing is missing.
        self.assertEqual(drawn["values"], ["-", 5, None, None, 7, 9, "-", "-"])
        self.assertEqual(drawn["days"], [20, None, None, "-"])
        self.assertEqual((drawn["holes"], drawn["marked"], drawn["plain"]), (1, 1, 2))

    def test_events_come_as_they_happen(self):
        self.enter(view="#/events")
        self.one(".line")
        order = self.deliver("a-002")
        self.checker.settled(order, "succeeded")
        self.shows(order, ".lines")
        self.press(".tools button", "Pause")
        paused = self.deliver("a-002")
        self.checker.settled(paused, "succeeded")
        self.assertNotIn(paused, self.text(".lines"))
        self.press(".tools button", "Go on")
        self.shows(paused, ".lines")

    def test_a_fault_on_a_line_stands_in_its_time_line(self):
        self.street.do("drop-next", "a-001", n=1)
        self.enter(view="#/lines")
        self.shows("line-a")
        until("a fault", lambda: self.driver.execute_script(
            "return document.querySelectorAll('svg .fault').length") or self.driver.refresh())

    # ---- what is sent ---------------------------------------------------------------------------

    def order_relay(self, state, comment):
        self.one("#verb")
        Select(self.one("#verb")).select_by_visible_text("set-relay")
        self.one(f"input[name=state][value={state}]").click()
        if comment:
            self.one("#comment").send_keys(comment)
        self.press(".send button", "Review")

    def test_an_order_is_reviewed_sent_and_followed_to_its_end(self):
        self.enter(view="#/meter/tcp-001")
        self.order_relay("off", "")
        self.shows("Say why: a work order or a comment.")
        self.one("#comment").send_keys("meter replaced")
        self.press(".send button", "Review")
        self.shows("set-relay to tcp-001: state off, as anna-op")
        self.assertEqual(self.street.orders("tcp-001", "relay"), [])
        self.type(Keys.ENTER)
        self.shows("Taken", ".send")
        self.shows("succeeded set-relay", ".commands")
        row = self.gateway.rows("SELECT * FROM command WHERE verb = 'set-relay'")[-1]
        self.assertEqual((row["state"], row["operator"], row["comment"]),
                         ("succeeded", "anna-op", "meter replaced"))
        self.assertEqual(len(self.street.orders("tcp-001", "relay")), 1)

    def choose(self, verb):
        self.one("#verb")
        Select(self.one("#verb")).select_by_visible_text(verb)

    def test_a_change_of_tenancy_is_ordered_with_its_date_and_reason(self):
        self.enter("dora", "#/meter/mqtt-002")
        self.choose("change-tenancy")
        self.assertFalse(self.one("#effective").is_displayed())
        self.one("input[value=leaves-later]").click()
        self.assertTrue(self.one("#effective").is_displayed())
        self.press(".send button", "Review")
        self.shows("Say when the old tenant leaves.")
        self.driver.execute_script("document.getElementById('effective').value = '2031-04-01T00:00'")
        self.one("input[value=leaves-now]").click()
        self.one("input[value=unchanged]").click()
        self.press(".send button", "Review")
        self.shows("Say why: a work order or a comment.")
        self.one("#work-order").send_keys("W-31")
        self.press(".send button", "Review")
        self.shows("situation leaves-now, relay unchanged, as customer-service")
        self.press(".send button", "Send change-tenancy")
        self.shows("Taken", ".send")
        until("its end", lambda: self.gateway.rows(
            "SELECT 1 FROM command WHERE verb = 'change-tenancy' AND state = 'succeeded'"))
        self.shows("Tenancy 2 open")

    def test_a_tariff_is_set(self):
        self.enter("dora", "#/meter/tcp-001")
        self.choose("set-tariff")
        for field, value in (("tariff-id", "12"), ("supplier-id", "71"), ("price", "27"),
                             ("work-order", "W-32")):
            self.one(f"#{field}").send_keys(value)
        self.press(".send button", "Review")
        self.shows("Give the name of the supplier.")
        self.one("#supplier-name").send_keys("North Power")
        self.press(".send button", "Review")
        self.shows("tariff_id 12, supplier_id 71, supplier_name North Power, price_minor_per_kwh 27")
        self.press(".send button", "Send set-tariff")
        self.shows("Taken", ".send")
        self.shows("succeeded set-tariff", ".commands")

    def test_a_second_operators_signature_is_asked_for_in_its_form(self):
        self.enter("dora", "#/meter/a-002")
        self.choose("change-tenancy")
        self.one("#comment").send_keys("two agree")
        self.press(".send button", "Review")
        self.press(".approval summary", "A second operator agrees")
        shown = self.one("#to-sign").get_attribute("value")
        for words in ('"operator":"customer-service"', '"comment":"two agree"', '"id":"console-'):
            self.assertIn(words, shown)
        self.one("#approver").send_keys("anna-op")
        self.one("#approval").send_keys("not a signature")
        self.press(".send button", "Send")
        self.shows("A signature has 128 hex digits.")
        self.answers_expected.append(" 422 ")
        self.one("#approval").clear()
        self.one("#approval").send_keys("0" * 128)
        self.press(".send button", "Send")
        self.shows("signature-wrong")
        self.assertEqual(self.gateway.rows("SELECT 1 FROM command WHERE comment = 'two agree'"), [])

    def test_the_forms_of_changes_fit_every_screen_and_can_be_read(self):
        self.enter("dora")
        for scheme in ("light", "dark"):
            in_colours(self.driver, scheme)
            for size in (WIDE, PHONE):
                as_wide_as(self.driver, size)
                self.settle("#/meter/a-001")
                for verb in ("set-tariff", "change-tenancy"):
                    self.choose(verb)
                    if verb == "change-tenancy":
                        self.one("input[value=leaves-later]").click()
                    self.assertLessEqual(self.driver.execute_script(
                        "return document.documentElement.scrollWidth"), size[0], verb)
                    self.assertEqual(self.driver.execute_script(CONTRAST), [], f"{scheme} {verb}")
                    self.assertEqual(self.driver.execute_script(NAMELESS), [], verb)
                self.one("input[value=leaves-now]").click()
                self.one("#comment").send_keys("as seen")
                self.press(".send button", "Review")
                self.press(".approval summary", "A second operator agrees")
                self.assertLessEqual(self.driver.execute_script(
                    "return document.documentElement.scrollWidth"), size[0])
                self.assertEqual(self.driver.execute_script(CONTRAST), [], scheme)
                self.assertEqual(self.driver.execute_script(NAMELESS), [])

    def test_who_looks_only_is_offered_nothing(self):
        self.enter("ben", "#/meter/a-001")
        self.shows("ben looks only")
        self.assertEqual(self.all(".send"), [])

    def test_whatever_somebody_wrote_stays_text(self):
        hostile = "<img src=x onerror=document.title='taken'>"
        body = order({"what": ["registers"]}, comment=hostile)
        answer = self.browser("anna").post("/api/meters/a-002/commands/read", body)
        self.assertEqual(answer.status, 202, answer.text)
        self.enter(view="#/meter/a-002")
        self.press(".commands summary", "read")
        self.shows("<img src=x", ".commands")
        self.assertEqual(self.all("main img, main script"), [])
        self.assertNotEqual(self.driver.title, "taken")

    # ---- every view, on every screen ------------------------------------------------------------

    def settle(self, view):
        self.go(view)
        self.one("main h1")
        until("its content", lambda: self.all(
            {"#/": "#meters tbody tr", "#/meter/a-001": ".registers, .send, .chart",
             "#/lines": "svg.chart", "#/events": ".line"}[view]))

    def test_on_a_phone_nothing_runs_out_of_the_screen(self):
        self.enter()
        as_wide_as(self.driver, PHONE)
        for view in VIEWS:
            self.settle(view)
            self.assertLessEqual(self.driver.execute_script(
                "return document.documentElement.scrollWidth"), PHONE[0], view)

    def test_by_light_and_dark_everything_can_be_read(self):
        self.enter()
        for scheme in ("light", "dark"):
            in_colours(self.driver, scheme)
            for view in VIEWS:
                self.settle(view)
                self.assertEqual(self.driver.execute_script(CONTRAST), [], f"{scheme} {view}")

    def test_everything_has_a_name_for_those_who_hear_it(self):
        self.assertEqual(self.driver.execute_script(NAMELESS), [])
        self.enter()
        for view in VIEWS:
            self.settle(view)
            self.assertEqual(self.driver.execute_script(NAMELESS), [], view)

    def test_every_view_is_reached_by_the_keyboard(self):
        self.enter()
        self.shows("a-001")
        self.driver.execute_script("document.querySelector('.skip').focus()")
        reached = []
        for _ in range(20):
            self.type(Keys.TAB)
            reached.append(self.driver.execute_script("return document.activeElement.textContent"))
        for words in ("Meters", "Lines", "Events", "Log out", "a-001"):
            self.assertIn(words, reached)


if __name__ == "__main__":
    unittest.main()
