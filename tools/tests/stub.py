"""A `requests` adapter that answers from a list, without sockets."""

import io

import requests
from quickbooks_online.tools.payload import write
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.response import HTTPResponse

TID = "1-5f8a0c1e-0123456789abcdef"


class Adapter(BaseAdapter):
    """Answers with what it was given, in turn; keeps every request.

    An answer is a `requests` exception, a callable(request), or what `answer`
    takes: (status, body) or (status, body, headers).
    """

    def __init__(self, *answers):
        super().__init__()
        self.answers = list(answers)
        self.requests = []
        self.timeouts = []

    def send(self, request, timeout=None, **_options):
        """One answer for one request; fails when there is none left."""
        self.requests.append(request)
        self.timeouts.append(timeout)
        answer = self.answers.pop(0)
        if callable(answer) and not isinstance(answer, BaseException):
            answer = answer(request)
        if isinstance(answer, BaseException):
            raise answer
        return build_response(request, *answer)

    def close(self):
        """Nothing to close."""


def build_response(request, status, body=b"", headers=None):
    """A `requests.Response`; dicts and lists become JSON with Decimals."""
    if isinstance(body, (dict, list)):
        body = write(body)
    if isinstance(body, str):
        body = body.encode()
    headers = {"intuit_tid": TID, **(headers or {})}
    response = requests.Response()
    response.status_code = status
    response.headers = CaseInsensitiveDict(headers)
    response.raw = HTTPResponse(
        body=io.BytesIO(body), headers=headers, status=status, preload_content=False
    )
    response.url = request.url
    response.request = request
    return response
