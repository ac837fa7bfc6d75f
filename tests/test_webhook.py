import json
import pathlib
from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from .common import GB_REALM, US_REALM, VERIFIER_TOKEN, ConnectionMixin, QboCommon
from .webhooks import WebhookMixin, make_body, make_classic_body, make_event, sign

URL = "/quickbooks_online/webhook"


@tagged("post_install", "-at_install")
class TestWebhookRoute(WebhookMixin, ConnectionMixin, HttpCase):
    """What Intuit gets to hear, and what comes of it."""

    def setUp(self):
        super().setUp()
        self.connect()
        self.forget_triggers()

    def post(self, body, signature=None, content_type="application/json", **headers):
        """Post a body with its right signature, or another."""
        headers["Content-Type"] = content_type
        if signature is not False:
            headers["intuit-signature"] = signature or sign(body)
        return self.url_open(
            URL, data=body, headers=headers, method="POST", timeout=60
        ).status_code

    def deliver(self, **endpoint):
        """Let the simulator post what it has to tell; return the deliveries."""
        self.control("POST", "webhooks", url=f"{self.base_url()}{URL}", **endpoint)
        return self.intuit.simulator.webhooks.flush(
            lambda delivery: self.url_open(
                delivery.url, data=delivery.body, headers=delivery.headers
            ).status_code
        )

    def create_customer(self, name, realm=US_REALM):
        values = {"DisplayName": name}
        action = {"entity": "Customer", "operation": "create", "values": values}
        return self.control("POST", "act", realm=realm, **action)["object"]["Id"]

    # === WHAT THE SIMULATOR SENDS === #

    def test_cloud_events(self):
        customer = self.create_customer("Otter")
        (delivery,) = self.deliver()
        self.assertTrue(delivery.acknowledged)
        event = self.get_events()
        self.assertEqual(
            (event.entity, event.qbo_id, event.operation, event.state),
            ("Customer", customer, "create", "new"),
        )
        self.assertEqual(event.company_id, self.company)
        self.assertEqual(event.event_uid, delivery.events[0].identity)
        moment = delivery.events[0].change.time.replace(tzinfo=None)
        self.assertEqual(event.event_time, moment)
        self.assertEqual(event.raw["intuitaccountid"], US_REALM)
        self.assertEqual(self.count_triggers(), 1)
        self.assertEqual(self.get_tally(), {("accepted", self.connection): 1})

    def test_classic(self):
        customer = self.create_customer("Otter")
        (delivery,) = self.deliver(format="classic")
        self.assertTrue(delivery.acknowledged)
        event = self.get_events()
        self.assertEqual(
            (event.entity, event.qbo_id, event.operation),
            ("Customer", customer, "create"),
        )
        self.assertTrue(event.event_uid.startswith("sha256-"))

    def test_every_delivery_twice(self):
        for number in range(5):
            self.create_customer(f"Otter {number}")
        deliveries = self.deliver(behaviour={"duplicates": 1, "batch_size": 2})
        self.assertEqual(len(deliveries), 6)
        self.assertTrue(all(each.acknowledged for each in deliveries))
        self.assertEqual(len(self.get_events()), 5)
        self.assertEqual(len(set(self.get_events().mapped("delivery"))), 3)
        self.assertEqual(self.get_tally()["duplicate", self.connection], 5)
        self.assertEqual(self.count_triggers(), 1, "Woken already, and not running yet")

    def test_companies_mixed(self):
        other = self.env["res.company"].create({"name": "Thames"})
        self.administrator.company_ids += other
        second = self._create_connection(other)
        self.connect(second, GB_REALM)
        self.forget_triggers()
        ours = [self.create_customer("Otter"), self.create_customer("Seal")]
        theirs = [self.create_customer("Otter", GB_REALM)]
        (delivery,) = self.deliver()
        self.assertEqual(len(delivery.events), 3)
        self.assertEqual(self.get_event_ids(), sorted(ours))
        self.assertEqual(self.get_event_ids(second), theirs)
        self.assertEqual(self.get_events(second).company_id, other)
        self.assertEqual(self.count_triggers(), 1)
        self.assertEqual(self.count_triggers(second), 1)

    def test_refused_until_the_token_is_right(self):
        """Intuit sends again what was refused: nothing is lost by a wrong token."""
        self.connection.verifier_token_input = "of another app"
        self.env.flush_all()
        self.create_customer("Otter")
        (delivery,) = self.deliver()
        self.assertEqual(delivery.attempts[0]["status"], 401)
        self.assertFalse(self.get_events())
        self.connection.verifier_token_input = VERIFIER_TOKEN
        self.env.flush_all()
        self.control("POST", "clock", seconds=10)
        (delivery,) = self.deliver()
        self.assertTrue(delivery.acknowledged)
        self.assertEqual(len(self.get_events()), 1)

    # === SIGNATURES === #

    def test_wrong_signatures_are_numbers_not_rows(self):
        body = make_body(make_event())
        wrong = ["x", sign(body, "another token"), sign(body + b" "), "é", "=" * 5000]
        # One minute, so that the number of rows is known.
        with freeze_time("2026-11-22 10:00:30"), self.assertNoLogs("odoo", "WARNING"):
            for signature in [False, *wrong]:
                self.assertEqual(self.post(body, signature), 401)
        self.assertFalse(self.get_events())
        count = self.env["qbo.webhook.count"].search([])
        self.assertEqual((len(count), count.kind, count.number), (1, "signature", 6))
        self.assertFalse(count.connection_id)

    def test_without_a_token_everything_is_refused(self):
        self.connection.sudo().verifier_token_encrypted = False
        self.env.flush_all()
        body = make_body(make_event())
        for signature in (sign(body), sign(body, ""), False):
            self.assertEqual(self.post(body, signature), 401)
        self.assertFalse(self.get_events())

    def test_a_token_that_cannot_be_read_signs_nothing(self):
        self.connection.sudo().verifier_token_encrypted = "gAAAAA rubbish"
        self.env.flush_all()
        body = make_body(make_event())
        self.assertEqual(self.post(body), 401)
        self.assertEqual(self.post(body, sign(body, "False")), 401)

    # === BAD INPUT === #

    def test_signed_but_unreadable(self):
        bodies = [
            b"",
            b"no JSON",
            b"\xff\xfe\x00",
            b"7",
            b"[" * 100_000,
            b'{"eventNotifications": {"realmId": "1"}}',
            make_body(make_event(id=..., data="@")).replace(b'"@"', b"[" * 5000),
            b'[{"id": 1e999999999999999999999}]',
        ]
        for body in bodies * 2:
            with self.subTest(body=body[:20]):
                self.assertEqual(self.post(body), 200)
        events = self.get_events()
        self.assertEqual(set(events.mapped("state")), {"rejected"})
        self.assertEqual(len(events), len(bodies))
        self.assertTrue(all(events.mapped("message")))
        self.assertEqual(events[1].raw, "no JSON")
        self.assertLessEqual(max(len(each.raw) for each in events), 10_000)
        self.assertFalse(self.count_triggers())

    def test_ten_megabytes(self):
        body = make_body(make_event(data={"x": "y" * 10 * 1024 * 1024}))
        self.assertEqual(self.post(body, sign(body, "wrong")), 401)
        self.assertFalse(self.get_events())
        self.assertEqual(self.post(body), 200)
        event = self.get_events()
        self.assertEqual(event.state, "rejected")
        self.assertIn("too large", event.message)
        self.assertEqual(len(event.raw), 10_000)

    def test_a_body_longer_than_is_read(self):
        body = b"[" + b" " * 17 * 1024 * 1024 + b"]"
        self.assertEqual(self.post(body), 401)
        self.assertEqual(self.get_tally(), {("signature", self.empty()): 1})

    def empty(self):
        return self.env["qbo.connection"]

    def test_a_megabyte(self):
        body = make_body(
            *(make_event(number, data={"x": "y" * 600}) for number in range(1200))
        )
        self.assertGreater(len(body), 950_000)
        self.assertEqual(self.post(body), 200)
        self.assertEqual(len(self.get_events()), 1200)
        self.assertEqual(self.count_triggers(), 1)

    def test_any_content_type(self):
        types = [
            "application/cloudevents+json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "text/plain",
            "image/png",
            "nonsense",
            "",
        ]
        for number, content_type in enumerate(types):
            with self.subTest(content_type=content_type):
                body = make_body(make_event(number))
                self.assertEqual(self.post(body, content_type=content_type), 200)
        self.assertEqual(len(self.get_events()), len(types))

    def test_a_query_changes_nothing(self):
        body = make_body(make_event())
        response = self.url_open(
            f"{URL}?x=1&self=2&db=3",
            data=body,
            headers={"intuit-signature": sign(body)},
        )
        self.assertEqual(response.status_code, 200)
        self.assertNotIn("Set-Cookie", response.headers)
        self.assertEqual(len(self.get_events()), 1)

    def test_only_posted(self):
        self.assertEqual(self.url_open(URL).status_code, 405)


@tagged("post_install", "-at_install")
class TestInbox(WebhookMixin, QboCommon):
    """What of a delivery is kept, for whom, and what people can do with it."""

    def setUp(self):
        super().setUp()
        self.connect()
        self.forget_triggers()

    def receive(self, body, token=VERIFIER_TOKEN):
        if not isinstance(body, bytes):
            body = make_body(*body)
        events = self.env["qbo.event"].with_user(self.env.ref("base.public_user"))
        return events.sudo()._store_and_wake(body, sign(body, token))

    def create_second(self, realm_id=GB_REALM, token=VERIFIER_TOKEN):
        company = self.env["res.company"].create({"name": "Thames"})
        connection = self._create_connection(company, verifier_token_input=token)
        connection.sudo().realm_id = realm_id
        self.env.flush_all()
        return connection

    # === ONCE === #

    def test_deliveries_that_overlap(self):
        self.receive([make_event(1), make_event(2)])
        self.forget_triggers()
        self.receive([make_event(2), make_event(3), make_event(3)])
        self.assertEqual(self.get_event_ids(), ["1", "2", "3"])
        self.assertEqual(self.count_triggers(), 1)
        self.forget_triggers()
        self.receive([make_event(3), make_event(1)])
        self.assertFalse(self.count_triggers(), "Nothing new wakes nobody")
        self.assertEqual(
            self.get_tally(),
            {
                ("accepted", self.connection): 3,
                ("duplicate", self.connection): 4,
            },
        )

    def test_classic_has_no_ids(self):
        entity = {
            "name": "Payment",
            "id": "9",
            "operation": "Update",
            "lastUpdated": "2026-11-22T10:00:00-0800",
        }
        self.receive(make_classic_body(US_REALM, entity))
        self.receive(make_classic_body(US_REALM, entity))
        self.receive(make_classic_body(US_REALM, entity | {"operation": "Void"}))
        self.assertEqual(self.get_events().mapped("operation"), ["update", "void"])
        self.assertEqual(self.get_events()[0].event_time, datetime(2026, 11, 22, 18))

    def test_a_duplicate_of_what_is_done_stays_done(self):
        self.receive([make_event(1)])
        self.get_events().state = "done"
        self.receive([make_event(1)])
        self.assertEqual(self.get_events().state, "done")

    # === WHOSE === #

    def test_two_apps(self):
        """An app may not speak of the company of another."""
        second = self.create_second(token="of the second app")
        body = [make_event(1), make_event(2, GB_REALM)]
        self.assertTrue(self.receive(body))
        self.assertEqual(self.get_event_ids(), ["1"])
        self.assertFalse(self.get_events(second))
        self.assertEqual(self.get_tally()["unknown", self.env["qbo.connection"]], 1)
        self.assertTrue(self.receive(body, "of the second app"))
        self.assertEqual(self.get_event_ids(), ["1"])
        self.assertEqual(self.get_event_ids(second), ["2"])
        self.assertFalse(self.receive(body, "of a third app"))

    def test_the_same_event_in_two_companies(self):
        second = self.create_second()
        self.receive([make_event(1), make_event(1, GB_REALM)])
        self.assertEqual(len(self.get_events()), 1)
        self.assertEqual(len(self.get_events(second)), 1)

    def test_unknown_realms_are_acknowledged_and_counted(self):
        body = [make_event(number, f"7{number}") for number in range(3)]
        self.assertTrue(self.receive(body))
        self.assertFalse(self.env["qbo.event"].search([]))
        nobody = self.env["qbo.connection"]
        self.assertEqual(
            self.get_tally(), {("unknown", nobody): 3, ("accepted", nobody): 1}
        )

    def test_parked_and_archived(self):
        """What is parked goes on later; nobody is left to work off an archived one."""
        self.connection._change_state("suspended", "subscription")
        self.receive([make_event(1)])
        self.assertEqual(len(self.get_events()), 1)
        self.connection._change_state("disconnected")
        self.receive([make_event(2)])
        self.assertEqual(len(self.get_events()), 2)
        self.connection.active = False
        self.env.flush_all()
        self.assertFalse(self.receive([make_event(3)]))
        self.assertEqual(len(self.get_events()), 2)

    def test_severed(self):
        self.receive([make_event(1)])
        self.connection.with_user(self.administrator).action_sever()
        self.assertFalse(self.get_events())
        self.assertTrue(self.receive([make_event(2)]))
        self.assertFalse(self.get_events())

    def test_neutralized_copy(self):
        self.receive([make_event(1)])
        script = pathlib.Path(__file__).parent.parent / "data" / "neutralize.sql"
        self.env.flush_all()
        self.env.cr.execute(script.read_text())
        self.assertEqual(self.get_events().state, "ignored")
        self.assertFalse(self.receive([make_event(2)]))

    # === ODD EVENTS === #

    def test_odd_but_readable(self):
        digits = "123456789012345678901234567890"
        odd = {
            "no id": make_event(id=...),
            "entity": make_event(2, type="qbo.widget.spun.v1"),
            "version": make_event(3, specversion="9.0", type="qbo.payment.voided.v27"),
            "time": make_event(4, time="yesterday"),
            "digits": make_event(5, intuitentityid=digits),
            "number": make_event(6, intuitentityid=int(digits)),
            "unicode": make_event(7, data={"名": "🦦\ud800\x00"}, source="é"),
            "merge": make_event(8, data={"deletedid": "27"}),
            "deep": make_event(9, data=self.nest(200)),
            "long": make_event(10, data={"x": "y" * 20_000}),
        }
        self.assertTrue(self.receive(odd.values()))
        events = dict(zip(odd, self.get_events().sorted("event_uid"), strict=True))
        by_uid = {event.event_uid: event for event in events.values()}
        self.assertEqual(set(self.get_events().mapped("state")), {"new"})
        self.assertEqual(by_uid["event-2"].entity, "widget")
        self.assertEqual(by_uid["event-3"].operation, "void")
        self.assertFalse(by_uid["event-4"].event_time)
        self.assertEqual(by_uid["event-5"].qbo_id, digits)
        self.assertEqual(by_uid["event-6"].qbo_id, digits)
        self.assertEqual(by_uid["event-7"].raw["data"], {"名": "🦦?\ufffd"})
        self.assertEqual(by_uid["event-8"].deleted_id, "27")
        self.assertEqual(len(by_uid["event-10"].raw["cut"]), 10_000)
        self.assertEqual(
            by_uid["event-3"].event_time, datetime(2026, 11, 22, 10, 0, 0, 123456)
        )
        self.assertTrue(all(event.raw_text for event in events.values()))

    def nest(self, levels):
        value = 1
        for _level in range(levels):
            value = [value]
        return value

    def test_the_good_ones_of_a_body_are_taken(self):
        body = make_body(make_event(1), make_event(2, intuitentityid=...), 7)
        self.receive(body)
        self.receive(body)
        new, rejected = self.get_events().sorted("state")
        self.assertEqual((new.qbo_id, new.state), ("1", "new"))
        self.assertEqual(rejected.state, "rejected")
        self.assertIn("no usable qbo_id", rejected.message)
        # What could be read may be another company's, and is not shown.
        rest = json.loads(rejected.raw)
        self.assertEqual(rest[1], 7)
        self.assertEqual(rest[0]["id"], "event-2")
        self.assertEqual(self.get_tally()["malformed", self.connection], 2)

    def test_nothing_in_it(self):
        for body in (b"[]", b"{}", b'{"eventNotifications": []}'):
            self.assertTrue(self.receive(body))
        events = self.get_events()
        # An object that is no event says nothing that could be read.
        self.assertEqual(events.mapped("raw"), ["[{}]"])
        self.assertFalse(self.count_triggers())

    # === REPLAY === #

    def test_replay(self):
        self.receive([make_event(1), make_event(2)])
        events = self.get_events()
        events[0].write({"state": "done", "done_at": fields.Datetime.now()})
        events[1].write({"state": "ignored", "message": "Our own write."})
        self.forget_triggers()
        action = events.with_user(self.accountant).action_replay()
        self.assertEqual(set(self.get_events().mapped("state")), {"new"})
        self.assertFalse(any(events.mapped("done_at")))
        self.assertEqual(self.count_triggers(), 1)
        self.assertIn("2 of 2", action["params"]["message"])
        message = self.connection.message_ids[0]
        self.assertIn("Payment 1, Payment 2", message.body)
        self.assertEqual(message.author_id, self.accountant.partner_id)

    def test_replay_of_what_is_unreadable(self):
        self.receive(b"x")
        self.receive([make_event(1)])
        events = self.get_events().with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "could not be read"):
            events[0].action_replay()
        action = events.action_replay()
        self.assertIn("1 of 2", action["params"]["message"])
        self.assertIn("could not be read", action["params"]["message"])
        self.assertEqual(events.mapped("state"), ["rejected", "new"])

    def test_replay_while_parked(self):
        self.receive([make_event(1)])
        self.connection._change_state("disconnected")
        action = self.get_events().with_user(self.accountant).action_replay()
        self.assertIn("as soon as", action["params"]["message"])

    # === RIGHTS === #

    def test_rights(self):
        self.receive([make_event(1)])
        event = self.get_events()
        count = self.env["qbo.webhook.count"].search([])
        for user in (self.accountant, self.administrator):
            self.assertEqual(event.with_user(user).raw["id"], "event-1")
            for vals in ({"state": "done"}, {"message": "x"}):
                with self.assertRaises(AccessError), mute_logger("odoo.models"):
                    event.with_user(user).write(vals)
            with self.assertRaises(AccessError), mute_logger("odoo.models"):
                event.with_user(user).unlink()
        for user in (self.user, self.approver):
            self.assertEqual(count.with_user(user).number, 1)
            with self.assertRaises(AccessError), mute_logger("odoo.models"):
                event.with_user(user).read(["entity"])
            with self.assertRaises(AccessError):
                event.with_user(user).action_replay()
            self.assertEqual(self.connection.with_user(user).webhook_count, 1)

    def test_another_company(self):
        second = self.create_second()
        stranger = self._create_user("accountant", second.company_id)
        self.receive([make_event(1), make_event(2, GB_REALM)])
        self.receive([make_event(3)], "of nobody")
        events = self.env["qbo.event"].with_user(stranger)
        self.assertEqual(events.search([]).mapped("qbo_id"), ["2"])
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self.get_events().with_user(stranger).action_replay()
        counts = self.env["qbo.webhook.count"].with_user(stranger).search([])
        self.assertEqual(set(counts.mapped("kind")), {"accepted", "signature"})
        self.assertFalse(counts.connection_id - second)

    # === WHAT IS SHOWN === #

    def get_check(self):
        self.env.flush_all()
        self.env.invalidate_all()
        checks = self.connection.with_user(self.accountant).preflight
        return next(check for check in checks if check["name"] == "webhook")

    def test_figures_of_the_connection(self):
        old = fields.Datetime.now() - timedelta(days=2)
        with freeze_time(old):
            self.receive([make_event(1)])
            self.receive([make_event(1)], "wrong")
        self.receive([make_event(1), make_event(2)])
        self.receive(b"x")
        self.receive([make_event(1)], "wrong")
        self.env.invalidate_all()
        connection = self.connection.with_user(self.user)
        self.assertEqual(connection.webhook_count, 1)
        self.assertEqual(connection.webhook_duplicate_count, 1)
        self.assertEqual(connection.webhook_rejected_count, 1)
        self.assertEqual(connection.webhook_refused_count, 1)
        self.assertEqual(connection.webhook_new_count, 2)
        since = fields.Datetime.now() - connection.webhook_received_at
        self.assertLess(since, timedelta(minutes=2))

    def test_preflight(self):
        self.assertEqual(self.get_check()["state"], "hint")
        self.assertIn("ever received", self.get_check()["message"])
        self.assertIn(URL, self.get_check()["message"])
        start = fields.Datetime.now() - timedelta(hours=1)
        with freeze_time(start):
            self.receive([make_event(1)], "wrong")
        check = self.get_check()
        self.assertEqual(check["state"], "warning")
        self.assertIn("signature: 1", check["message"])
        self.assertTrue(check["button"])
        self.receive([make_event(1)])
        # Somebody's rubbish between Intuit's notices is no reason to worry.
        self.assertEqual(self.get_check()["state"], "ok")
        self.connection.sudo().verifier_token_encrypted = False
        self.assertEqual(self.get_check()["state"], "waiting")

    def test_pages_open(self):
        self.receive([make_event(1)])
        connection = self.connection.with_user(self.accountant)
        domain = connection.action_open_events()["domain"]
        self.assertEqual(self.env["qbo.event"].search(domain), self.get_events())
        domain = connection.action_open_webhook_counts()["domain"]
        self.assertEqual(self.env["qbo.webhook.count"].search_count(domain), 1)
        self.assertEqual(self.get_events().display_name, "Payment 1")

    # === CLEANING UP === #

    def test_trimmed_by_age(self):
        now = fields.Datetime.now()
        self.receive([make_event(number) for number in range(6)])
        self.receive(b"x")
        self.receive(b"y")
        ages = [
            ("new", 400),
            ("done", 31),
            ("done", 29),
            ("ignored", 31),
            ("ignored", 29),
            ("new", 0),
            ("rejected", 91),
            ("rejected", 89),
        ]
        for event, (state, days) in zip(self.get_events(), ages, strict=True):
            event.write({"state": state, "received_at": now - timedelta(days=days)})
        done, remaining = self.env["qbo.event"]._gc_events()
        self.assertEqual((done, remaining), (3, False))
        self.assertEqual(
            self.get_events().mapped("state"),
            ["new", "done", "ignored", "new", "rejected"],
        )

    def test_tally_is_trimmed(self):
        for days in (91, 89):
            with freeze_time(fields.Datetime.now() - timedelta(days=days)):
                self.receive([make_event(1)], "wrong")
        self.assertEqual(self.env["qbo.webhook.count"]._gc_counts(), (1, False))
        self.assertEqual(len(self.env["qbo.webhook.count"].search([])), 1)

    def test_one_statement_for_a_body(self):
        """However many events, one insert and one look at the tokens."""
        self.receive([make_event(0)])
        with self.assertQueryCount(25):
            self.receive([make_event(number) for number in range(1, 101)])
        self.assertEqual(len(self.get_events()), 101)
        event = self.get_events().filtered(lambda event: event.qbo_id == "5")
        self.assertEqual(json.loads(event.raw_text)["id"], "event-5")
