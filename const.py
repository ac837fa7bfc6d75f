"""Facts and figures of QuickBooks Online that the whole addon shares.

Every figure names its source, or says that it is ours.
"""

from datetime import timedelta

# Intuit ignores 1 to 74 since 1 August 2025 and serves 75.
MINOR_VERSION = 75

ENVIRONMENTS = ("sandbox", "production")

# Only the environment of the server may point the addon elsewhere: an
# administrator of one database must not be able to send tokens away.
BASE_URL_VARIABLE = "QUICKBOOKS_ONLINE_BASE_URL"
ENCRYPTION_KEY_VARIABLE = "QUICKBOOKS_ENCRYPTION_KEY"
ENCRYPTION_KEY_FILE = "quickbooks_online.key"
ENCRYPTION_CONFIG_SECTION = "quickbooks_online"
ENCRYPTION_CONFIG_OPTION = "encryption_key"
ENCRYPTION_KEY_MINIMUM_LENGTH = 32

# (seconds to connect, seconds between two bytes of the answer). Intuit gives
# up after 120 s; a scheduled action must not hang that long.
TIMEOUT = (5, 30)

# Tokens (Intuit, "Important changes to refresh token policy", 2025-11-12).
ACCESS_TOKEN_SECONDS = 3600
REFRESH_TOKEN_SECONDS = 8_640_000
REFRESH_TOKEN_HARD_SECONDS = 157_680_000

# Ours: an access token is refreshed when it has less left than this, and by the
# scheduled action so often that it never comes to that.
ACCESS_TOKEN_MARGIN = timedelta(minutes=5)
REFRESH_INTERVAL = timedelta(minutes=45)
# Ours: how long after a passing failure QuickBooks' lists are read again.
READ_AGAIN = timedelta(minutes=15)
# Days before the end of a grant on which people are warned, the first first.
CLOCK_WARNING_DAYS = (30, 7, 1)
# How long the answer of Intuit's consent page is waited for.
OAUTH_STATE_HOURS = 1

# Limits of one realm (Intuit, "Limits and throttles").
REQUESTS_PER_SECOND = 10
REQUESTS_PER_MINUTE = 500
BATCHES_PER_MINUTE = 40
CONCURRENT_REQUESTS = 10
# Difference in time on the way between the quickest and the slowest call, in
# seconds: see tools/governor.py for what it does to the windows.
TRANSIT_JITTER_SECONDS = 0.3
# Metered ("CorePlus") calls a month on the free tier of the App Partner Program.
METERED_CALLS_PER_MONTH = 500_000
# Wait after an answer 429 that names no time; a longer one that it names is cut.
THROTTLE_PAUSE_SECONDS = 60
MAXIMUM_PAUSE_SECONDS = 600
# Ours: seconds added at random to a pause, so that not all go on at once.
THROTTLE_PAUSE_JITTER = 5
# Ours: the longest sleep of a worker for its turn; longer, it comes back later.
MAXIMUM_NAP = 2

# CompanyInfo's SubscriptionStatus under which writing gets 6190 while reading
# works (Intuit, "Subscription states").
SUBSCRIPTION_READ_ONLY = ("EXPIRED", "RESTRICTED", "SUSPENDED", "CANCELED")

# Ours: days that the call log keeps what worked (False) and what failed (True).
CALL_LOG_DAYS = {False: 14, True: 90}
# Ours: days that events of webhooks are kept when they are done with, and when they
# could not be read; and that the tally of each minute is kept.
EVENT_DAYS = 30
REJECTED_EVENT_DAYS = 90
WEBHOOK_COUNT_DAYS = 90

# Upper bounds, in seconds, of the wait before attempt 2, 3, ... of what failed
# for a passing reason; the wait is drawn between half a second and the bound.
BACKOFF_SECONDS = (5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)
BACKOFF_MINIMUM_SECONDS = 0.5

# Sizes.
BATCH_ITEMS = 30
BATCH_ID_LENGTH = 10
BATCH_REQUEST_ID_LENGTH = 36
BATCH_OBJECTS = 1000
REQUEST_ID_LENGTH = 50
PAGE_SIZE = 1000
CDC_OBJECTS = 1000
CDC_DAYS = 30
# The largest notification that is read as one (Intuit's are up to 1 MB), and the
# largest whose signature is looked at. Ours.
WEBHOOK_BYTES = 4 * 1024 * 1024
WEBHOOK_SIGNED_BYTES = 16 * 1024 * 1024
LOG_BODY_BYTES = 64 * 1024

# Order in which things must exist in QuickBooks: lists, then documents, then
# what settles them.
ENTITY_ORDER = (
    "Account",
    "Term",
    "PaymentMethod",
    "Class",
    "Department",
    "TaxAgency",
    "TaxRate",
    "TaxCode",
    "Customer",
    "Vendor",
    "Item",
    "Estimate",
    "Invoice",
    "SalesReceipt",
    "CreditMemo",
    "RefundReceipt",
    "Bill",
    "Payment",
    "BillPayment",
    "Purchase",
    "Deposit",
    "JournalEntry",
)

# Every entity that a webhook, a query or a change list may name. CloudEvents
# spell them in lower case; this is how the API spells them.
ENTITIES = ENTITY_ORDER + (
    "Attachable",
    "Budget",
    "CompanyCurrency",
    "CompanyInfo",
    "CreditCardPayment",
    "Currency",
    "CustomerType",
    "Employee",
    "ExchangeRate",
    "JournalCode",
    "Preferences",
    "PurchaseOrder",
    "RecurringTransaction",
    "TimeActivity",
    "Transfer",
    "VendorCredit",
)

# Voided by a sparse update with include=void; the others by operation=void.
# (Intuit's .NET SDK of February 2026, python-quickbooks.)
VOIDED_BY_UPDATE = ("Payment", "SalesReceipt", "BillPayment")

# Members whose values never reach a log, whatever they hold. Lower case.
SENSITIVE_KEYS = frozenset(
    {
        "access_token",
        "accesstoken",
        "api_key",
        "apikey",
        "bankaccountnumber",
        "assertion",
        "authorization",
        "ccnum",
        "client_secret",
        "clientsecret",
        "code",
        "code_verifier",
        "cookie",
        "creditchargeinfo",
        "creditchargeresponse",
        "id_token",
        "password",
        "primarytaxidentifier",
        "refresh_token",
        "refreshtoken",
        "routingnumber",
        "secret",
        "ssn",
        "taxidentifier",
        "token",
        "verifier_token",
        "verifiertoken",
    }
)
SENSITIVE_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "intuit-signature",
        "proxy-authorization",
        "set-cookie",
        "x-openerp-session-id",
    }
)

# What is sent together: nothing of a wave needs another thing of the same wave.
WAVES = {
    "Term": 1,
    "Class": 1,
    "Customer": 1,
    "Item": 1,
    "Estimate": 2,
    "Invoice": 3,
    "CreditMemo": 3,
    "RefundReceipt": 3,
    "Payment": 4,
    "Deposit": 5,
    "JournalEntry": 5,
}
# Lists have names that must be unique; documents have numbers.
NAME_LISTS = ("Customer", "Item", "Class", "Term")
# Documents without a number of their own: payments are found by customer and day,
# deposits by day.
UNNUMBERED = ("Payment", "Deposit")

# Ours: how long a worker goes on before other scheduled actions get their turn.
WORKER_SECONDS = 60
# Ours: batches that may be in flight at once, and that are prepared in one go.
BATCHES_IN_FLIGHT = 4
BATCHES_PER_ROUND = 8
# Ours: up to so many waiting batches leave as fast as the limits allow; of more,
# one leaves each so many seconds, because a burst would spend the whole minute
# and the worker would have to come back a minute later.
BATCHES_IN_BURST = 5
BATCH_INTERVAL = 1.52
# Ours: tries of what fails for a passing reason, about six hours in all.
MAXIMUM_ATTEMPTS = 15
# Ours: a connection that was silent longer is tested before anything is sent.
CONNECTION_TEST_HOURS = 12

# Countries whose items need an account of purchases beside that of sales.
BOTH_ACCOUNTS = ("CA", "GB")
# Countries whose customers cannot be created without a receivable account.
RECEIVABLE_COUNTRIES = ("FR",)
# Countries whose journal entries name a journal on each line.
JOURNAL_COUNTRIES = ("FR",)
