"""What Intuit's pages leave open, or where sources contradict each other.

Each field is one such question. The default is the safe side: the behaviour that a
client survives only when it is careful. An integration must work with every value.
"""

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Switches:
    """One company's answers to the open questions; immutable, see `changed`."""

    lenient_query: bool = False
    """Also accept filters that work in practice but are not documented."""

    default_order: str = "id"
    """Rows without ORDERBY: `id` (documented) or `newest` (observed)."""

    total_count: str = "documented"
    """`totalCount` in lists: `documented` (some entities), `always`, `never`."""

    max_results_over: str = "cap"
    """MAXRESULTS above 1000: `cap` or `reject`."""

    country_codes: str = "mixed"
    """`iso2` (GB), `iso3` (GBR), or `mixed`: company two letters, addresses three."""

    sparse_null: str = "ignore"
    """`null` in a sparse update: `ignore` or `clear`. An empty string always clears."""

    display_name_maximum: int = 100
    """Intuit's page says 500, the faults of the live service say 100."""

    strip_deleted_suffix: bool = True
    """Reactivating drops ` (deleted)` from the name if the name is free."""

    names_case_sensitive: bool = False
    """Whether `smith` and `Smith` may both exist."""

    requestid_after_delete: str = "replay"
    """Known requestid of an object deleted since: `replay` or `execute`."""

    requestid_other_body: str = "replay"
    """Known requestid with another body: `replay` or `fault` (600)."""

    requestid_of_faults: str = "forget"
    """A request that was refused: `forget` its requestid or `remember` the fault."""

    requestid_retention_seconds: int | None = None
    """How long a requestid is known; None: for ever."""

    batch_requestid_replay: str = "replay"
    """Repeated batch with the same requestid: `replay` or `fault` (6000, seen 2016)."""

    batch_execution_order: str = "request"
    """Order in which the items of a batch are carried out, which Intuit does not
    promise: `request` or `reversed`."""

    batch_response_order: str = "request"
    """Order of the items in a batch answer: `request` or `reversed`."""

    batch_object_limit: int | None = 1000
    """Objects that all queries of one batch may return together; None: no limit."""

    cdc_changed_since: str = "inclusive"
    """`inclusive` (>=) or `exclusive` (>)."""

    warn_duplicate_numbers: bool = True
    """The browser's setting beside CustomTxnNumbers; without it no 6140."""

    item_liability_accounts: str = "services"
    """An item whose income account is a liability, as Intuit's support pages set up
    retainers: `services` (and non-inventory) may, or `refuse` as its API page reads."""

    amount_digits: str = "documented"
    """Line.Amount: `documented` (10 digits before the point, 5 after) or `working` (11
    before, any after)."""

    void_paid_invoice: str = "refuse"
    """Void of an invoice a payment stands against: `refuse` (6450) or `unlink`."""

    delete_body: str = "exact_alone"
    """What a delete may hold beside Id and SyncToken: nothing (`exact`), nothing
    but in batches, where client libraries send whole objects (`exact_alone`), or
    `any` property."""

    delete_paid_invoice: str = "refuse"
    """Delete of such an invoice: `refuse` (6000) or `unlink`."""

    delete_applied_credit: str = "refuse"
    """Delete of a credit memo that is applied: `refuse` (6000) or `unlink`."""

    void_credit_forms: str = "refuse"
    """`operation=void` for credit memos and refund receipts: `refuse` (500, on no page)
    or `accept` (Intuit's .NET library sends it). The browser always voids them."""

    credit_memo_links: str = "absent"
    """LinkedTxn of an applied credit memo: `absent` (captured) or `shown`."""

    delete_invoiced_estimate: str = "refuse"
    """Delete of an estimate that became an invoice: `refuse` (6000) or `unlink`."""

    estimate_without_lines: str = "refuse"
    """Estimate without Line: `refuse` (2020) or `accept` (Intuit's page)."""

    closed_period_binds_estimates: bool = True
    """Whether 6210 also meets estimates, which post nothing."""

    second_void: str = "accept"
    """Void of what is void already: `accept` or `refuse` (6000)."""

    payment_operation_void: bool = False
    """Accept `operation=void` for payments beside `include=void`."""

    overapplied_line: str = "refuse"
    """Payment line above the open balance: `refuse` (6000) or `clip`."""

    payment_other_customer: str = "refuse"
    """Payment line to another customer's invoice: `refuse` (6000) or `drop`."""

    deposit_link_detail: str = "refuse"
    """DetailType or DepositLineDetail on a linked line of a deposit: `refuse` (2020 and
    6000, seen live) or `ignore`."""

    deposit_line_codes: str = "demand"
    """Direct line of a deposit without TaxCodeRef outside the US, unless the deposit is
    NotApplicable: `demand` one (6000, as sales forms do) or `optional`."""

    journal_ledger_lines: str = "one"
    """Lines of a journal entry on Accounts Receivable or Payable: `one` (6000 for more,
    as several sources advise) or `any`."""

    omitted_currency: str = "refuse"
    """New transaction without CurrencyRef under multicurrency: `refuse` (2020, Intuit's
    page) or `default` (the customer's)."""

    omitted_exchange_rate: str = "one"
    """Foreign transaction without ExchangeRate: `one` or `list` (rate of the day)."""

    tax_rounding: str = "line"
    """Tax outside the US, rounded per `line` or per `document`."""

    tax_override: str = "any"
    """Tax amounts sent outside the US: `any` of the same sign, or `near` (within 1.00
    and 5 % of what the rate gives)."""

    inclusive_amount: str = "net"
    """Line.Amount of a TaxInclusive form without TaxInclusiveAmt: `net` or `gross`."""

    not_applicable_codes: str = "refuse"
    """Tax codes on the lines of a NotApplicable form: `refuse` (6000) or `ignore`."""

    automated_tax_rounding: str = "line"
    """Automated sales tax, rounded per `line` and jurisdiction (what the engine's
    payload shows) or per jurisdiction on the `document`."""

    automated_tax_override: str = "honoured"
    """TotalTax sent under automated sales tax: `honoured` (2017) where the place has a
    rate to spread it over, or `ignored` (older reports)."""

    allow_partner_tax_override: bool = False
    """The user's preference AllowPartnerTaxOverride, which no app can read: whether tax
    sent with UseAutomatedSalesTax false is kept."""

    automated_tax_code: str = "absent"
    """TxnTaxCodeRef in answers under automated sales tax: `absent` (usual) or `shown`
    (captured in 2024)."""

    inactive_reference: str = "inactive"
    """A new reference to something inactive: `inactive` (610) or `not_found` (2500)."""

    receivable_account: str = "refuse"
    """French customer without ARAccountRef: `refuse` (2020), or `create` an account."""

    line_ex_echo: str = "refuse"
    """A payment line sent back with its LineEx: `refuse` (2010) or `ignore`."""

    address_flattening: bool = True
    """Whether an updated sales form returns its addresses in free form."""

    customer_time_moves_with_balance: bool = True
    """Whether a sale moves the customer's LastUpdatedTime (never the SyncToken)."""

    opened_customer_delivery: str = "None"
    """PreferredDeliveryMethod of a new customer: `None` (2024) or `Print` (older)."""

    merged_loser: str = "inactive"
    """The loser of a merge: `inactive` with ` (deleted)`, or `gone` (610)."""

    merge_touches_transactions: bool = False
    """Whether moved transactions get a new SyncToken and LastUpdatedTime."""

    tax_service_with_automated_tax: str = "refuse"
    """TaxService under automated sales tax: `refuse` or `accept`."""

    def changed(self, **values):
        """Return a copy with `values`; raises ValueError for an unknown switch."""
        known = {field.name for field in fields(self)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"Unknown switches: {', '.join(unknown)}")
        return replace(self, **values)
