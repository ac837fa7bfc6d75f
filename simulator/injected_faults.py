"""QBO's faults by code, as it words them when nothing is known about the request."""

from . import entity_faults, faults

BY_CODE = {
    "500": lambda: faults.unsupported_operation("/nothing"),
    "600": entity_faults.request_id_used,
    "610": faults.not_found,
    "620": lambda: entity_faults.cannot_link("Estimate 1"),
    "1040": faults.batch_too_large,
    "2010": faults.malformed_body,
    "2020": lambda: faults.required("Name"),
    "2030": lambda: faults.invalid_id("x"),
    "2040": lambda: faults.invalid_string("DisplayName"),
    "2050": lambda: faults.too_long(100, 101),
    "2060": lambda: faults.invalid_date("x", "TxnDate"),
    "2090": lambda: faults.invalid_number("x", "Amount"),
    "2130": faults.invalid_request_id,
    "2170": lambda: faults.invalid_enumeration("x", "EmailStatus"),
    "2210": faults.invalid_email,
    "2500": lambda: faults.invalid_reference("Accounts", "7"),
    "2600": lambda: entity_faults.conflicting_elements(("x", "y")),
    "3001": faults.throttled,
    "3100": faults.authorization_failed,
    "3200": faults.authentication_failed,
    "4000": lambda: faults.query_parse("Encountered"),
    "4001": lambda: faults.query_validation("property 'x' is not queryable"),
    "5010": faults.stale,
    "5020": entity_faults.permission_denied,
    "5030": lambda: entity_faults.feature_not_enabled("This"),
    "6000": lambda: faults.business("Unexpected Internal Error. (-30000)"),
    "6010": entity_faults.account_type_missing,
    "6070": lambda: faults.amount_mismatch("1,000"),
    "6080": entity_faults.no_name,
    "6090": entity_faults.discount_incomplete,
    "6100": entity_faults.us_line_tax_code,
    "6140": lambda: faults.duplicate_document_number("1001", "Invoice", "1"),
    "6150": entity_faults.parent_required,
    "6160": entity_faults.custom_sales_tax,
    "6170": entity_faults.tax_detail_not_allowed,
    "6180": entity_faults.too_deep,
    "6190": faults.subscription_ended,
    "6210": faults.period_closed,
    "6220": faults.open_balance,
    "6240": faults.duplicate_name,
    "6430": lambda: entity_faults.wrong_account_type("AccountRef", "Bank"),
    "6450": faults.settled,
    "6540": faults.deposited,
    "7001": faults.wrong_destination,
    "10000": faults.system_failure,
    "10100": lambda: entity_faults.result_too_big(1000),
    "10200": entity_faults.company_was_reset,
}


def make_fault(action):
    """Build the fault an action names, with the texts it overrides."""
    code = str(action["fault"])
    factory = BY_CODE.get(code.lstrip("0"))
    if factory:
        fault = factory()
    else:
        message = action.get("message", "Injected fault")
        fault = faults.Fault([faults.FaultError(code, message, message)])
    error = fault.errors[0]
    fault.errors[0] = faults.FaultError(
        error.code,
        action.get("message", error.message),
        action.get("detail", error.detail),
        action.get("element", error.element),
    )
    fault.status = action.get("status", fault.status)
    return fault
