"""One Odoo process that plays stories of the bench `payments`.

Started as `payments_story_worker.py CONFIGURATION DATABASE STATE PART PARTS STORIES
SECONDS`. Appends a JSON line to the file STATE for each story; those that stand in it
are not played again.
"""

import json
import pathlib
import sys
import time

from odoo_case import open_database, run

STORIES_AT_ONCE = 5


def main(configuration, database, state, part, parts, stories, seconds):
    open_database(configuration, database)
    from odoo.addons.quickbooks_online.tests.common import QboCommon
    from odoo.addons.quickbooks_online.tests.payment_story import PaymentStoryMixin

    deadline = time.monotonic() + float(seconds)
    state = pathlib.Path(state)
    lines = state.read_text().splitlines() if state.exists() else []
    done = {json.loads(line)["story"] for line in lines}
    left = [
        number
        for number in range(int(part), int(stories), int(parts))
        if number not in done
    ]
    while left and time.monotonic() < deadline:
        # PostgreSQL knows nothing of rows that are not committed: what joins many of
        # them takes ever longer.
        some, left = left[:STORIES_AT_ONCE], left[STORIES_AT_ONCE:]
        play(PaymentStoryMixin, QboCommon, some, state, deadline)


def play(mixin, common, numbers, state, deadline):
    class Stories(mixin, common):
        def test_stories(self):
            for number in numbers:
                if time.monotonic() > deadline:
                    return
                fault = None
                try:
                    self.play(number)
                except AssertionError as error:
                    fault = str(error)[:2000]
                with state.open("a") as file:
                    file.write(json.dumps({"story": number, "fault": fault}) + "\n")
                if fault:
                    # What is wrong in these books would be found again and again.
                    return

    run(Stories, "test_stories")


if __name__ == "__main__":
    main(*sys.argv[1:])
