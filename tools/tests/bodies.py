"""Answers as QuickBooks gives them."""

import json

TOKEN = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0..AbCdEf.GhIjKl"

DUPLICATE_NAME = (
    '{"Fault":{"Error":[{"Message":"Duplicate Name Exists Error","Detail":"The name '
    'supplied already exists. : null","code":"6240"}],"type":"ValidationFault"},'
    '"time":"2020-09-29T06:58:50.262-07:00"}'
)
UNAUTHORIZED = (
    '{"warnings":null,"intuitObject":null,"fault":{"error":[{"message":'
    '"message=AuthenticationFailed; errorCode=003200; statusCode=401","detail":'
    f'"Token expired: {TOKEN}","code":"3200","element":null}}],"type":'
    '"AUTHENTICATION"},"report":null,"queryResponse":null,"batchItemResponse":[],'
    '"requestId":null,"time":1601391072830,"status":null,"cdcresponse":[]}'
)
THROTTLED = (
    '<IntuitResponse time="2016-12-07T15:27:09.527-08:00" '
    'xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE">'
    '<Error code="3001"><Message>message=ThrottleExceeded; errorCode=003001; '
    "statusCode=429</Message><Detail>The request limit was reached.  Try again later"
    "</Detail></Error></Fault></IntuitResponse>"
)
PAGE = (
    "<!DOCTYPE html><html><head><title>503 Service\n Unavailable</title></head>"
    "<body>No</body></html>"
)


def fault(code, detail="", message="Message", **members):
    """The value of "Fault" with one error."""
    error = {"Message": message, "Detail": detail, "code": code, **members}
    return {"Error": [error], "type": "ValidationFault"}


def fault_body(*arguments, **members):
    """A whole body with one error, as bytes."""
    return json.dumps({"Fault": fault(*arguments, **members)}).encode()
