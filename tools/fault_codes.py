"""Intuit's error codes: what kind each is, and what a person can do.

Source: Intuit, "Error codes" and "Handling common errors"; where practice
differs from the page, a note says so.
"""

# The kinds, and the answer that each asks for.
KINDS = {
    "unauthorized": "refresh the access token once, replay",
    "forbidden": "a person must mend keys, environment or access",
    "throttled": "pause the realm",
    "transient": "try again later",
    "subscription": "pause writing until the subscription is renewed",
    "stale": "read again, merge, try once more",
    "closed_period": "hold for the accountant",
    "duplicate_name": "adopt the namesake or take another name",
    "duplicate_number": "adopt the document or number anew",
    "duplicate_request": "look up what the first request made",
    "not_found": "gone: link anew",
    "inactive": "something used is inactive: activate or map anew",
    "reference": "an id is not known: map anew",
    "limit": "ask for less at once",
    "settled": "paid or applied: unlink first",
    "deposited": "take it off the deposit first",
    "business": "a rule of QuickBooks: show the detail",
    "data": "a value is missing or wrong: mend the record",
    "bug": "this program asked wrongly",
    "company_reset": "the company's data was cleared: stop, map anew",
    "grant": "the consent ended: connect again",
    "client": "client id or secret are wrong",
}

CODES = {
    # 100 to 120: the user lost access to the company.
    "100": "forbidden",
    "110": "forbidden",
    "120": "forbidden",
    # Wrong cluster, company locked, maintenance.
    "130": "transient",
    "140": "transient",
    "150": "transient",
    "500": "bug",
    "600": "duplicate_request",
    "610": "not_found",
    "620": "business",
    "630": "business",
    "1040": "limit",
    "2010": "bug",
    "2020": "data",
    "2030": "data",
    "2040": "data",
    "2050": "data",
    "2060": "data",
    "2070": "data",
    "2080": "data",
    "2090": "data",
    "2100": "data",
    "2110": "data",
    "2120": "data",
    "2130": "bug",
    "2140": "data",
    "2150": "data",
    "2160": "data",
    "2170": "data",
    "2210": "data",
    "2250": "data",
    "2260": "data",
    "2290": "data",
    "2300": "data",
    "2500": "reference",
    "2600": "bug",
    "3000": "data",
    "3001": "throttled",
    "3100": "forbidden",
    "3200": "unauthorized",
    "4000": "bug",
    "4001": "bug",
    "5000": "business",
    "5010": "stale",
    "5020": "business",
    "5030": "business",
    "6000": "business",
    "6010": "data",
    "6070": "data",
    "6080": "data",
    "6090": "data",
    "6100": "data",
    "6130": "business",
    "6140": "duplicate_number",
    "6150": "data",
    "6160": "data",
    "6170": "bug",
    "6180": "data",
    "6190": "subscription",
    "6200": "closed_period",
    "6210": "closed_period",
    "6220": "business",
    "6230": "data",
    "6240": "duplicate_name",
    "6250": "data",
    "6280": "business",
    "6430": "data",
    "6440": "data",
    "6450": "settled",
    "6470": "data",
    "6480": "business",
    "6540": "deposited",
    "6560": "data",
    # Wrong host for the company ("Invalid destination URL is used").
    "7001": "forbidden",
    "10000": "transient",
    "10100": "limit",
    "10200": "company_reset",
}

# Codes that gateways spell in words, lower case.
WORDS = {
    "authenticationfailed": "unauthorized",
    "applicationauthenticationfailed": "unauthorized",
    "invalid_token": "unauthorized",
    "authorizationfailed": "forbidden",
    "applicationauthorizationfailed": "forbidden",
    "accessdenied": "forbidden",
    "throttleexceeded": "throttled",
    "toomanyrequests": "throttled",
    "internalservererror": "transient",
    "serviceunavailable": "transient",
    "gatewaytimeout": "transient",
}

# Types of whole faults, lower case; they count where the code says nothing.
# Source: Intuit's schema (ValidationFault, AuthenticationFault,
# AuthorizatonFault, SystemFault). The others are told by the HTTP status.
TYPES = {
    "systemfault": "transient",
}

HINTS = {
    "unauthorized": "The access token has ended; it is refreshed by itself.",
    "forbidden": (
        "Check that the keys belong to the chosen environment (development keys "
        "open sandbox companies only) and that the user who connected is still an "
        "administrator of the company."
    ),
    "throttled": "Too many calls: the connection pauses and goes on by itself.",
    "transient": "QuickBooks or the network failed in passing; it is tried again.",
    "subscription": "Renew the QuickBooks subscription; sending then goes on.",
    "stale": "Somebody changed it in QuickBooks; it is read again.",
    "closed_period": (
        "The books are closed for this date: reopen them in QuickBooks, or use a "
        "later date."
    ),
    "duplicate_name": (
        "The name is used by a customer, vendor or employee in QuickBooks: link "
        "that one, or change the name."
    ),
    "duplicate_number": (
        "The number is used in QuickBooks: link that document, or change the number."
    ),
    "duplicate_request": "QuickBooks has this request already; it is looked up.",
    "not_found": "It was deleted in QuickBooks: link it anew.",
    "inactive": (
        "A customer, product or account used here is inactive in QuickBooks: make "
        "it active, or map another."
    ),
    "reference": "An id used here is not known in QuickBooks: map it anew.",
    "limit": "Too much was asked for at once.",
    "settled": "It is settled in QuickBooks: undo the payment first.",
    "deposited": "Take it off its deposit in QuickBooks first.",
    "company_reset": (
        "The company's data was cleared in QuickBooks: disconnect and map anew."
    ),
    "grant": "The consent has ended: connect again.",
    "client": "Client id or client secret are wrong: copy them anew from Intuit.",
}

CODE_HINTS = {
    "2050": "A text is too long for QuickBooks.",
    "2210": "An e-mail address is malformed.",
    "5020": "The user lacks a permission, or the plan lacks the feature.",
    "5030": "The company's QuickBooks plan lacks the feature.",
    "6070": "Amount differs from quantity times unit price.",
    "6100": "A US company takes only the tax codes TAX and NON on lines.",
    "6480": "It is matched with a bank transaction: undo the match first.",
    "7001": "Sandbox companies need the sandbox environment, others production.",
}
