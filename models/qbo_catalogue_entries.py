"""The words of the error catalogue: a small entry for each cause, code and state.

A new cause is one entry here. Texts may name what `QboCatalogue._get_values` gives:
`%(name)s` (the record), `%(uses)s` (what it refers to, by name), `%(culprit)s` (what
QuickBooks complains of, by name), `%(waits)s`, `%(attempts)s`, `%(next)s`,
`%(number)s`, `%(id)s`, `%(gaps)s`, `%(books)s`, `%(problem)s`.
"""

from typing import NamedTuple

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class Entry(NamedTuple):
    """What people are told of one cause, code or state.

    :param title: heading of the group (lazy text), None where the cause gives it
    :param what: what happened, to which record, why (lazy text); None where the
        operation carries a sentence of its own
    :param fix: what to do (lazy text)
    :param buttons: keys of `BUTTONS`, the first that applies is the main one
    """

    title: object
    what: object
    fix: object
    buttons: tuple = ("retry",)


# Key -> label, and the method of `qbo.operation` behind it.
BUTTONS = {
    "retry": (_lt("Retry"), "action_retry"),
    "resolve": (_lt("Choose…"), "action_resolve"),
    "open_record": (_lt("Open the record"), "action_open_record"),
    "open_customer": (_lt("Open the customer"), "action_open_customer"),
    "open_mapping": (_lt("Open the mapping"), "action_open_mapping"),
    "open_connection": (_lt("Open the connection"), "action_open_connection"),
    "open_in_qbo": (_lt("Open in QBO"), "action_open_in_qbo"),
    "open_blocker": (_lt("Open what it waits for"), "action_open_blocker"),
    "open_calls": (_lt("Open the call log"), "action_open_calls"),
}

# In the order they are worth a look.
CAUSES = {
    "connection": Entry(
        _lt("The connection stands still"),
        _lt("%(name)s was not sent, because Intuit refuses access to %(books)s."),
        _lt(
            "Open the connection: it says what is missing. What waits goes out by "
            "itself once it works; click Retry for what failed."
        ),
        ("open_connection", "retry"),
    ),
    "mapping": Entry(
        _lt("Something is not mapped or missing in Odoo"),
        _lt("%(name)s lacks something that QuickBooks wants."),
        _lt(
            "Add what is named above: on the record, or in the settings and mappings "
            "of the connection. Then click Retry; what waits for it follows by itself."
        ),
        ("open_record", "open_mapping", "retry"),
    ),
    "ambiguous": Entry(
        _lt("A person has to choose"),
        _lt("QuickBooks has something with the name of %(name)s already."),
        _lt(
            "Click Choose: link it to what QuickBooks has, if that is the same, or "
            "create another. Whatever waits for it goes out afterwards."
        ),
        ("resolve", "open_record", "retry"),
    ),
    "inactive": Entry(
        _lt("Something is inactive in QuickBooks"),
        _lt(
            "%(name)s was not taken, because something it uses was made inactive in "
            "QuickBooks. It uses: %(uses)s."
        ),
        _lt(
            "Make it active again in QuickBooks (in the list, include inactive, Make "
            "active) and click Retry, or choose another one on the record."
        ),
        ("resolve", "retry", "open_customer", "open_record"),
    ),
    "duplicate_name": Entry(
        _lt("The name exists in QuickBooks"),
        _lt(
            "%(name)s was not created, because a customer, vendor, employee or product "
            "of QuickBooks has its name."
        ),
        _lt(
            "Click Retry: the name is looked up again and, if QuickBooks has it, you "
            "are asked whether to link it. Or change the name in Odoo first."
        ),
        ("retry", "open_record"),
    ),
    "duplicate_number": Entry(
        _lt("The number exists in QuickBooks"),
        _lt(
            "%(name)s was not created, because QuickBooks has another document with "
            "its number."
        ),
        _lt(
            "Change the number of one of the two, in QuickBooks or in Odoo, then click "
            "Retry."
        ),
        ("open_record", "retry"),
    ),
    "closed_period": Entry(
        _lt("The books are closed for this date"),
        _lt(
            "%(name)s was not taken, because the books of %(books)s are closed for its "
            "date."
        ),
        _lt(
            "Either an accountant moves the closing date in QuickBooks (Account and "
            "settings, Advanced) and you click Retry, or reset the document to draft "
            "and give it a date in an open period."
        ),
        ("retry", "open_record"),
    ),
    "reference": Entry(
        _lt("QuickBooks no longer knows something used"),
        _lt(
            "%(name)s was not taken, because something it uses is gone from "
            "QuickBooks: %(culprit)s."
        ),
        _lt(
            "If it was deleted there, link or create it anew; if it is an account, a "
            "tax code or a term, read QuickBooks' lists again and map another. Then "
            "click Retry."
        ),
        ("open_mapping", "open_customer", "open_record", "retry"),
    ),
    "tax": Entry(
        _lt("QuickBooks does not accept the tax"),
        _lt("%(name)s was not taken, because of the tax codes on its lines."),
        _lt(
            "Check in the mapping that each tax of the document stands for a tax code "
            "of this QuickBooks company, then click Retry."
        ),
        ("open_mapping", "open_record", "retry"),
    ),
    "amount": Entry(
        _lt("QuickBooks does not accept an amount"),
        _lt(
            "%(name)s was not taken: in one of its lines, quantity times unit price is "
            "not the amount."
        ),
        _lt(
            "Reset the document to draft, round the unit price or the quantity of that "
            "line, and push it again."
        ),
        ("open_record", "retry"),
    ),
    "too_long": Entry(
        _lt("A text is too long for QuickBooks"),
        _lt("%(name)s was not taken, because a text in it is too long."),
        _lt(
            "Shorten the text that QuickBooks names below (name, reference, address or "
            "description), then click Retry."
        ),
        ("open_record", "retry"),
    ),
    "missing": Entry(
        _lt("QuickBooks misses a value"),
        _lt("%(name)s was not taken, because a value is missing."),
        _lt("Fill in what QuickBooks names below, then click Retry."),
        ("open_record", "retry"),
    ),
    "data": Entry(
        _lt("QuickBooks does not accept a value"),
        _lt("%(name)s was not taken, because of a value in it."),
        _lt("Mend the value that QuickBooks names below, then click Retry."),
        ("open_record", "retry"),
    ),
    "business": Entry(
        _lt("A rule of QuickBooks stands against it"),
        _lt("%(name)s was not taken: a rule of QuickBooks stands against it."),
        _lt(
            "QuickBooks' own words below say which rule. Change the record or "
            "QuickBooks' settings accordingly, then click Retry."
        ),
        ("open_record", "open_customer", "retry"),
    ),
    "settled": Entry(
        _lt("It is paid or deposited in QuickBooks"),
        _lt(
            "%(name)s cannot be changed, because it is paid, applied or deposited in "
            "QuickBooks."
        ),
        _lt(
            "Undo the payment or take it off the deposit in QuickBooks first, then "
            "click Retry."
        ),
        ("open_in_qbo", "open_record", "retry"),
    ),
    "forbidden": Entry(
        _lt("The QuickBooks user may not do this"),
        _lt(
            "%(name)s was not taken, because the user who connected %(books)s may not "
            "do this in QuickBooks, or its plan lacks the feature."
        ),
        _lt(
            "Give that user the right in QuickBooks, or reconnect with a company "
            "administrator, then click Retry."
        ),
        ("open_connection", "retry"),
    ),
    "differs": Entry(
        _lt("QuickBooks has it otherwise than it was sent"),
        _lt(
            "%(name)s is in QuickBooks (%(number)s, id %(id)s), but not as it was "
            "approved: %(gaps)s"
        ),
        _lt(
            "Compare the two in QuickBooks and mend the one that is wrong. It is not "
            "sent a second time."
        ),
        ("open_in_qbo", "open_record"),
    ),
    "transient": Entry(
        _lt("QuickBooks did not answer as it should"),
        _lt(
            "%(name)s could not be delivered: QuickBooks or the network failed, "
            "%(attempts)s times in a row."
        ),
        _lt(
            "Nothing is wrong with the record. See status.developer.intuit.com, and "
            "click Retry once QuickBooks works again."
        ),
        ("retry", "open_connection"),
    ),
    "uncertain": Entry(
        _lt("The outcome is not known"),
        _lt(
            "%(name)s was sent, but no answer told whether QuickBooks carried it out, "
            "%(attempts)s times in a row."
        ),
        _lt(
            "Look for it in QuickBooks. Then click Retry: the program looks for it, "
            "too, and sends the very same request again, which QuickBooks carries out "
            "once."
        ),
        ("retry", "open_record"),
    ),
    "bug": Entry(
        _lt("The request was wrong: a defect of this program"),
        _lt(
            "%(name)s was not taken, because QuickBooks did not understand the "
            "request. The document is not at fault."
        ),
        _lt(
            "Report it with the request and the trace id below. After an update, click "
            "Retry."
        ),
        ("open_calls", "retry"),
    ),
    "dependency": Entry(
        _lt("Something it needs failed"),
        _lt("%(name)s waits for %(waits)s."),
        _lt("Mend that one; this follows by itself."),
        ("open_blocker", "open_record"),
    ),
}

# Codes of QuickBooks that have more to say than their cause.
CODES = {
    "610": Entry(
        None,
        _lt(
            "%(name)s was not taken, because something it uses was deleted or made "
            "inactive in QuickBooks. It uses: %(uses)s."
        ),
        _lt(
            "Look for them in QuickBooks' lists, inactive ones included, and make "
            "active what is not (Make active). Then click Retry."
        ),
        ("open_customer", "open_record", "retry"),
    ),
    "2030": Entry(
        None,
        _lt("%(name)s was not taken, because an id in it is not valid."),
        _lt("Read QuickBooks' lists again and check the mappings, then click Retry."),
        ("open_mapping", "retry"),
    ),
    "2210": Entry(
        None,
        _lt("%(name)s was not taken, because an e-mail address in it is malformed."),
        _lt("Mend the e-mail address of the customer, then click Retry."),
        ("open_customer", "open_record", "retry"),
    ),
    "2500": Entry(
        None,
        _lt(
            "%(name)s was not taken, because QuickBooks does not know something it "
            "uses: %(culprit)s."
        ),
        _lt(
            "If it was deleted in QuickBooks, link or create it anew; if it is an "
            "account, a tax code or a term, read QuickBooks' lists again and map "
            "another. Then click Retry."
        ),
        ("open_mapping", "open_customer", "open_record", "retry"),
    ),
    "3001": Entry(
        None,
        _lt("%(name)s was not sent: Intuit's limit of calls was reached."),
        _lt("Nothing to do: the connection pauses and goes on by itself."),
        ("retry",),
    ),
    "3100": Entry(
        None,
        _lt(
            "%(name)s was not sent: Intuit refuses access to %(books)s, as when the "
            "user who connected it lost access."
        ),
        _lt("Open the connection and click Reconnect; what waits then goes out."),
        ("open_connection", "retry"),
    ),
    "3200": Entry(
        None,
        _lt("%(name)s was not sent: Intuit did not accept the sign-in to %(books)s."),
        _lt(
            "It is renewed by itself. If this goes on, open the connection and click "
            "Reconnect."
        ),
        ("open_connection", "retry"),
    ),
    "5010": Entry(
        None,
        _lt(
            "%(name)s was not taken, because somebody changed it in QuickBooks at the "
            "same time."
        ),
        _lt("Click Retry: it is read again first."),
        ("retry", "open_in_qbo"),
    ),
    "5030": Entry(
        None,
        _lt("%(name)s was not taken: the plan of %(books)s lacks the feature."),
        _lt("Change the plan in QuickBooks, or do without the feature; then Retry."),
        ("open_connection", "open_record", "retry"),
    ),
    "6190": Entry(
        None,
        _lt("%(name)s was not taken: the QuickBooks subscription of %(books)s lapsed."),
        _lt(
            "Renew it in QuickBooks, open the connection and click Test connection; "
            "what waits then goes out."
        ),
        ("open_connection", "retry"),
    ),
    "6480": Entry(
        None,
        _lt("%(name)s cannot be changed: it is matched with a bank transaction."),
        _lt("Undo the match in QuickBooks first, then click Retry."),
        ("open_in_qbo", "retry"),
    ),
    "7001": Entry(
        None,
        _lt(
            "%(name)s was not sent: %(books)s belongs to the other environment "
            "(sandbox or production)."
        ),
        _lt("Open the connection and check its environment and keys."),
        ("open_connection",),
    ),
}

# What did not fail.
STATES = {
    "queued": Entry(
        _lt("Queued"),
        _lt("%(name)s waits for its turn."),
        _lt("Nothing to do: it leaves by itself, as a rule within a minute."),
        (),
    ),
    "later": Entry(
        _lt("Tried again later"),
        _lt(
            "%(name)s could not be delivered %(attempts)s times: QuickBooks or the "
            "network failed in passing."
        ),
        _lt("Nothing to do: the next attempt is at %(next)s."),
        ("open_connection",),
    ),
    "parked": Entry(
        _lt("Parked"),
        _lt("%(name)s is not sent: %(problem)s"),
        _lt("Once the connection works, it leaves by itself."),
        ("open_connection",),
    ),
    "waiting": Entry(
        _lt("Waiting"),
        _lt("%(name)s waits for %(waits)s."),
        _lt("Nothing to do: it follows by itself."),
        ("open_blocker",),
    ),
    "sent": Entry(
        _lt("Sent"),
        _lt("%(name)s was sent; the answer of QuickBooks is awaited."),
        _lt("Nothing to do."),
        (),
    ),
    "uncertain": Entry(
        _lt("Uncertain"),
        _lt("%(name)s was sent, but no answer came."),
        _lt(
            "Nothing to do: it is looked up in QuickBooks before anything is sent "
            "again, so that it cannot be there twice."
        ),
        (),
    ),
    "done": Entry(
        _lt("Done"),
        _lt("%(name)s is in QuickBooks as it was approved (%(number)s, id %(id)s)."),
        _lt("Nothing to do."),
        ("open_in_qbo", "open_record"),
    ),
    "known": Entry(
        _lt("Done"),
        _lt("%(name)s is in QuickBooks (id %(id)s)."),
        _lt("Nothing to do."),
        ("open_in_qbo", "open_record"),
    ),
    "cancelled": Entry(
        _lt("Cancelled"),
        _lt("%(name)s was taken back before it was sent."),
        _lt("Push it again from the document if it is to go to QuickBooks after all."),
        ("open_record",),
    ),
}
