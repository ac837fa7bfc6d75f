"""The words of the error catalogue: a small entry for each cause, code and state.

A new cause is one entry here. Texts may name what `QboCatalogue._get_values` gives:
`%(name)s` (the record), `%(uses)s` (what it refers to, by name), `%(culprit)s` (what
QuickBooks complains of, by name), `%(waits)s`, `%(attempts)s`, `%(next)s`,
`%(number)s`, `%(id)s`, `%(gaps)s`, `%(books)s`, `%(problem)s`.
"""

from typing import NamedTuple


class Entry(NamedTuple):
    """What people are told of one cause, code or state.

    Texts are callables that take an environment, for the language of who reads.

    :param title: heading of the group, None where the cause gives it
    :param what: what happened, to which record, why
    :param fix: what to do
    :param buttons: keys of `BUTTONS`, the first that applies is the main one
    """

    title: object
    what: object
    fix: object
    buttons: tuple = ("retry",)


# Key -> label, and the method of `qbo.operation` behind it.
BUTTONS = {
    "retry": (lambda env: env._("Retry"), "action_retry"),
    "resolve": (lambda env: env._("Choose…"), "action_resolve"),
    "relink": (lambda env: env._("Look it up anew"), "action_relink"),
    "open_record": (lambda env: env._("Open the record"), "action_open_record"),
    "open_customer": (lambda env: env._("Open the customer"), "action_open_customer"),
    "open_mapping": (lambda env: env._("Open the mapping"), "action_open_mapping"),
    "open_connection": (
        lambda env: env._("Open the connection"),
        "action_open_connection",
    ),
    "open_in_qbo": (lambda env: env._("Open in QBO"), "action_open_in_qbo"),
    "open_blocker": (
        lambda env: env._("Open what it waits for"),
        "action_open_blocker",
    ),
    "open_calls": (lambda env: env._("Open the call log"), "action_open_calls"),
}

# In the order they are worth a look.
CAUSES = {
    "connection": Entry(
        lambda env: env._("The connection stands still"),
        lambda env: env._(
            "%(name)s was not sent, because Intuit refuses access to %(books)s."
        ),
        lambda env: env._(
            "Open the connection: it says what is missing. What waits goes out by "
            "itself once it works; click Retry for what failed."
        ),
        ("open_connection", "retry"),
    ),
    "mapping": Entry(
        lambda env: env._("Something is not mapped or missing in Odoo"),
        lambda env: env._("%(name)s lacks something that QuickBooks wants."),
        lambda env: env._(
            "Add what is named above: on the record, or in the settings and mappings "
            "of the connection. Then click Retry; what waits for it follows by itself."
        ),
        ("open_record", "open_mapping", "retry"),
    ),
    "ambiguous": Entry(
        lambda env: env._("A person has to choose"),
        lambda env: env._(
            "QuickBooks has something with the name of %(name)s already."
        ),
        lambda env: env._(
            "Click Choose: link it to what QuickBooks has, if that is the same, or "
            "create another. Whatever waits for it goes out afterwards."
        ),
        ("resolve", "open_record", "retry"),
    ),
    "inactive": Entry(
        lambda env: env._("Something is inactive in QuickBooks"),
        lambda env: env._(
            "%(name)s was not taken, because something it uses was made inactive in "
            "QuickBooks. It uses: %(uses)s."
        ),
        lambda env: env._(
            "Make it active again in QuickBooks (in the list, include inactive, Make "
            "active) and click Retry, or choose another one on the record. If it was "
            "merged into another one there, click “Look it up anew”."
        ),
        ("resolve", "retry", "relink", "open_customer", "open_record"),
    ),
    "duplicate_name": Entry(
        lambda env: env._("The name exists in QuickBooks"),
        lambda env: env._(
            "%(name)s was not created, because a customer, vendor, employee or product "
            "of QuickBooks has its name."
        ),
        lambda env: env._(
            "Click Retry: the name is looked up again and, if QuickBooks has it, you "
            "are asked whether to link it. Or change the name in Odoo first."
        ),
        ("retry", "open_record"),
    ),
    "duplicate_number": Entry(
        lambda env: env._("The number exists in QuickBooks"),
        lambda env: env._(
            "%(name)s was not created, because QuickBooks has another document with "
            "its number."
        ),
        lambda env: env._(
            "Change the number in QuickBooks and click Retry. Or change it in Odoo: "
            "then the document has to be approved and pushed again."
        ),
        ("open_record", "retry"),
    ),
    "closed_period": Entry(
        lambda env: env._("The books are closed for this date"),
        lambda env: env._(
            "%(name)s was not taken, because the books of %(books)s are closed for its "
            "date."
        ),
        lambda env: env._(
            "Open the record and give it a date in an open period; then it is approved "
            "and pushed again. Or an accountant moves the closing date in QuickBooks "
            "(Account and settings, Advanced), and you click Retry. The connection "
            "(tab Approval) says until when QuickBooks is closed, and whether such "
            "documents get the first open day."
        ),
        ("open_record", "open_connection", "retry"),
    ),
    "reference": Entry(
        lambda env: env._("QuickBooks no longer knows something used"),
        lambda env: env._(
            "%(name)s was not taken, because something it uses is gone from "
            "QuickBooks: %(culprit)s."
        ),
        lambda env: env._(
            "If a customer or product was deleted or merged there, click “Look it up "
            "anew”: it is linked or created by the next push. If it is an account, a "
            "tax code or a term, read QuickBooks' lists again and map another, then "
            "click Retry."
        ),
        ("relink", "open_mapping", "open_customer", "open_record", "retry"),
    ),
    "tax": Entry(
        lambda env: env._("QuickBooks does not accept the tax"),
        lambda env: env._(
            "%(name)s was not taken, because of the tax codes on its lines."
        ),
        lambda env: env._(
            "Check in the mapping that each tax of the document stands for a tax code "
            "of this QuickBooks company, then click Retry."
        ),
        ("open_mapping", "open_record", "retry"),
    ),
    "amount": Entry(
        lambda env: env._("QuickBooks does not accept an amount"),
        lambda env: env._(
            "%(name)s was not taken: in one of its lines, quantity times unit price is "
            "not the amount."
        ),
        lambda env: env._(
            "Reset the document to draft, round the unit price or the quantity of that "
            "line, and push it again."
        ),
        ("open_record", "retry"),
    ),
    "too_long": Entry(
        lambda env: env._("A text is too long for QuickBooks"),
        lambda env: env._("%(name)s was not taken, because a text in it is too long."),
        lambda env: env._(
            "Shorten the text that QuickBooks names below (name, reference, address or "
            "description), then click Retry."
        ),
        ("open_record", "retry"),
    ),
    "missing": Entry(
        lambda env: env._("QuickBooks misses a value"),
        lambda env: env._("%(name)s was not taken, because a value is missing."),
        lambda env: env._("Fill in what QuickBooks names below, then click Retry."),
        ("open_record", "retry"),
    ),
    "data": Entry(
        lambda env: env._("QuickBooks does not accept a value"),
        lambda env: env._("%(name)s was not taken, because of a value in it."),
        lambda env: env._(
            "Mend the value that QuickBooks names below, then click Retry."
        ),
        ("open_record", "retry"),
    ),
    "business": Entry(
        lambda env: env._("A rule of QuickBooks stands against it"),
        lambda env: env._(
            "%(name)s was not taken: a rule of QuickBooks stands against it."
        ),
        lambda env: env._(
            "QuickBooks' own words below say which rule. Change the record or "
            "QuickBooks' settings accordingly, then click Retry."
        ),
        ("open_record", "open_customer", "retry"),
    ),
    "settled": Entry(
        lambda env: env._("It is paid or deposited in QuickBooks"),
        lambda env: env._(
            "%(name)s cannot be changed, because it is paid, applied or deposited in "
            "QuickBooks."
        ),
        lambda env: env._(
            "Undo the payment or take it off the deposit in QuickBooks first, then "
            "click Retry."
        ),
        ("open_in_qbo", "open_record", "retry"),
    ),
    "forbidden": Entry(
        lambda env: env._("The QuickBooks user may not do this"),
        lambda env: env._(
            "%(name)s was not taken, because the user who connected %(books)s may not "
            "do this in QuickBooks, or its plan lacks the feature."
        ),
        lambda env: env._(
            "Give that user the right in QuickBooks, or reconnect with a company "
            "administrator, then click Retry."
        ),
        ("open_connection", "retry"),
    ),
    "differs": Entry(
        lambda env: env._("QuickBooks has it otherwise than it was sent"),
        lambda env: env._(
            "%(name)s is in QuickBooks (%(number)s, id %(id)s), but not as it was "
            "approved: %(gaps)s"
        ),
        lambda env: env._(
            "Compare the two in QuickBooks and mend the one that is wrong. It is not "
            "sent a second time."
        ),
        ("open_in_qbo", "open_record"),
    ),
    "transient": Entry(
        lambda env: env._("QuickBooks did not answer as it should"),
        lambda env: env._(
            "%(name)s could not be delivered: QuickBooks or the network failed, "
            "%(attempts)s times in a row."
        ),
        lambda env: env._(
            "Nothing is wrong with the record. See status.developer.intuit.com, and "
            "click Retry once QuickBooks works again."
        ),
        ("retry", "open_connection"),
    ),
    "uncertain": Entry(
        lambda env: env._("The outcome is not known"),
        lambda env: env._(
            "%(name)s was sent, but no answer told whether QuickBooks carried it out, "
            "%(attempts)s times in a row."
        ),
        lambda env: env._(
            "Look for it in QuickBooks. Then click Retry: the program looks for it, "
            "too, and sends the very same request again, which QuickBooks carries out "
            "once."
        ),
        ("retry", "open_record"),
    ),
    "bug": Entry(
        lambda env: env._("The request was wrong: a defect of this program"),
        lambda env: env._(
            "%(name)s was not taken, because QuickBooks did not understand the "
            "request. The document is not at fault."
        ),
        lambda env: env._(
            "Report it with the request and the trace id below. After an update, click "
            "Retry."
        ),
        ("open_calls", "retry"),
    ),
    "dependency": Entry(
        lambda env: env._("Something it needs failed"),
        lambda env: env._("%(name)s waits for %(waits)s."),
        lambda env: env._("Mend that one; this follows by itself."),
        ("open_blocker", "open_record"),
    ),
}

# Codes of QuickBooks that have more to say than their cause.
CODES = {
    "610": Entry(
        None,
        lambda env: env._(
            "%(name)s was not taken, because something it uses was deleted or made "
            "inactive in QuickBooks. It uses: %(uses)s."
        ),
        lambda env: env._(
            "Look for them in QuickBooks' lists, inactive ones included, and make "
            "active what is not (Make active); then click Retry. If one was deleted "
            "or merged there, click “Look it up anew”: it is linked or created by the "
            "next push."
        ),
        ("relink", "open_customer", "open_record", "retry"),
    ),
    "2030": Entry(
        None,
        lambda env: env._("%(name)s was not taken, because an id in it is not valid."),
        lambda env: env._(
            "Read QuickBooks' lists again and check the mappings, then click Retry."
        ),
        ("open_mapping", "retry"),
    ),
    "2210": Entry(
        None,
        lambda env: env._(
            "%(name)s was not taken, because an e-mail address in it is malformed."
        ),
        lambda env: env._("Mend the e-mail address of the customer, then click Retry."),
        ("open_customer", "open_record", "retry"),
    ),
    "2500": Entry(
        None,
        lambda env: env._(
            "%(name)s was not taken, because QuickBooks does not know something it "
            "uses: %(culprit)s."
        ),
        lambda env: env._(
            "If a customer or product was deleted or merged in QuickBooks, click “Look "
            "it up anew”: it is linked or created by the next push. If it is an "
            "account, a tax code or a term, read QuickBooks' lists again and map "
            "another, then click Retry."
        ),
        ("relink", "open_mapping", "open_customer", "open_record", "retry"),
    ),
    "3001": Entry(
        None,
        lambda env: env._(
            "%(name)s was not sent: Intuit's limit of calls was reached."
        ),
        lambda env: env._(
            "Nothing to do: the connection pauses and goes on by itself."
        ),
        ("retry",),
    ),
    "3100": Entry(
        None,
        lambda env: env._(
            "%(name)s was not sent: Intuit refuses access to %(books)s, as when the "
            "user who connected it lost access."
        ),
        lambda env: env._(
            "Open the connection and click Reconnect; what waits then goes out."
        ),
        ("open_connection", "retry"),
    ),
    "3200": Entry(
        None,
        lambda env: env._(
            "%(name)s was not sent: Intuit did not accept the sign-in to %(books)s."
        ),
        lambda env: env._(
            "It is renewed by itself. If this goes on, open the connection and click "
            "Reconnect."
        ),
        ("open_connection", "retry"),
    ),
    "5010": Entry(
        None,
        lambda env: env._(
            "%(name)s was not taken, because somebody changed it in QuickBooks at the "
            "same time."
        ),
        lambda env: env._("Click Retry: it is read again first."),
        ("retry", "open_in_qbo"),
    ),
    "5030": Entry(
        None,
        lambda env: env._(
            "%(name)s was not taken: the plan of %(books)s lacks the feature."
        ),
        lambda env: env._(
            "Change the plan in QuickBooks, or do without the feature; then Retry."
        ),
        ("open_connection", "open_record", "retry"),
    ),
    "6190": Entry(
        None,
        lambda env: env._(
            "%(name)s was not taken: the QuickBooks subscription of %(books)s lapsed."
        ),
        lambda env: env._(
            "Renew it in QuickBooks, open the connection and click Test connection; "
            "what waits then goes out."
        ),
        ("open_connection", "retry"),
    ),
    "6480": Entry(
        None,
        lambda env: env._(
            "%(name)s cannot be changed: it is matched with a bank transaction."
        ),
        lambda env: env._("Undo the match in QuickBooks first, then click Retry."),
        ("open_in_qbo", "retry"),
    ),
    "6540": Entry(
        None,
        lambda env: env._(
            "%(name)s cannot be changed: in QuickBooks it is part of a bank deposit."
        ),
        lambda env: env._(
            "Open the deposit in QuickBooks, take the payment off it, then click "
            "Retry. Or undo the change in Odoo: then nothing is sent."
        ),
        ("open_in_qbo", "retry", "open_record"),
    ),
    "7001": Entry(
        None,
        lambda env: env._(
            "%(name)s was not sent: %(books)s belongs to the other environment "
            "(sandbox or production)."
        ),
        lambda env: env._("Open the connection and check its environment and keys."),
        ("open_connection",),
    ),
}

# What did not fail.
STATES = {
    "queued": Entry(
        lambda env: env._("Queued"),
        lambda env: env._("%(name)s waits for its turn."),
        lambda env: env._(
            "Nothing to do: it leaves by itself, as a rule within a minute."
        ),
        (),
    ),
    "planned": Entry(
        lambda env: env._("Queued"),
        lambda env: env._(
            "%(name)s was reset to draft in Odoo. It is voided in QuickBooks at "
            "%(next)s, unless it is posted again before."
        ),
        lambda env: env._("Nothing to do."),
        ("open_record",),
    ),
    "later": Entry(
        lambda env: env._("Tried again later"),
        lambda env: env._(
            "%(name)s could not be delivered %(attempts)s times: QuickBooks or the "
            "network failed in passing."
        ),
        lambda env: env._("Nothing to do: the next attempt is at %(next)s."),
        ("open_connection",),
    ),
    "parked": Entry(
        lambda env: env._("Parked"),
        lambda env: env._("%(name)s is not sent: %(problem)s"),
        lambda env: env._("Once the connection works, it leaves by itself."),
        ("open_connection",),
    ),
    "waiting": Entry(
        lambda env: env._("Waiting"),
        lambda env: env._("%(name)s waits for %(waits)s."),
        lambda env: env._("Nothing to do: it follows by itself."),
        ("open_blocker",),
    ),
    "sent": Entry(
        lambda env: env._("Sent"),
        lambda env: env._("%(name)s was sent; the answer of QuickBooks is awaited."),
        lambda env: env._("Nothing to do."),
        (),
    ),
    "uncertain": Entry(
        lambda env: env._("Uncertain"),
        lambda env: env._("%(name)s was sent, but no answer came."),
        lambda env: env._(
            "Nothing to do: it is looked up in QuickBooks before anything is sent "
            "again, so that it cannot be there twice."
        ),
        (),
    ),
    "done": Entry(
        lambda env: env._("Done"),
        lambda env: env._(
            "%(name)s is in QuickBooks as it was approved (%(number)s, id %(id)s)."
        ),
        lambda env: env._("Nothing to do."),
        ("open_in_qbo", "open_record"),
    ),
    "updated": Entry(
        lambda env: env._("Done"),
        lambda env: env._(
            "%(name)s was changed in QuickBooks (id %(id)s), and is there as in Odoo."
        ),
        lambda env: env._("Nothing to do."),
        ("open_in_qbo", "open_record"),
    ),
    "voided": Entry(
        lambda env: env._("Done"),
        lambda env: env._("%(name)s was voided in QuickBooks (id %(id)s)."),
        lambda env: env._("Nothing to do."),
        ("open_in_qbo", "open_record"),
    ),
    "known": Entry(
        lambda env: env._("Done"),
        lambda env: env._("%(name)s is in QuickBooks (id %(id)s)."),
        lambda env: env._("Nothing to do."),
        ("open_in_qbo", "open_record"),
    ),
    "cancelled": Entry(
        lambda env: env._("Cancelled"),
        lambda env: env._("%(name)s was taken back before it was sent."),
        lambda env: env._(
            "Push it again from the document if it is to go to QuickBooks after all."
        ),
        ("open_record",),
    ),
}
