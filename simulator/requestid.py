"""`requestid`: a repeated write returns the first answer instead of happening again."""

from hashlib import blake2b
from typing import NamedTuple

from . import entity_faults
from .faults import Fault

LONGEST = 50


class Answer(NamedTuple):
    """What a write answered: the object under its key, and the envelope's time.

    `key` None stands for an answer without envelope; `time` None for a batch item.
    """

    key: str | None
    content: dict
    time: str | None = None

    def payload(self):
        """Return the answer as it goes out."""
        if self.key is None:
            return self.content
        payload = {self.key: self.content}
        return payload if self.time is None else {**payload, "time": self.time}


class _Remembered(NamedTuple):
    seconds: int
    digest: bytes
    answer: Answer | Fault
    entity: str
    qbo_id: str | None


def digest_of(*parts):
    """Return a short digest of what a request asked for."""
    digest = blake2b(digest_size=12)
    for part in parts:
        digest.update(part if isinstance(part, bytes) else part.encode())
        digest.update(b"\0")
    return digest.digest()


class RequestIds:
    """The requestids one company knows, with the answers they got."""

    def __init__(self, company):
        self._company = company
        self._known = {}

    def run(self, request_id, digest, act):
        """Return the Answer to `request_id`: the remembered one, or `act()`'s.

        `act` returns `(Answer, entity name, id)`. Raises 6000 above 50 characters, 600
        or 6000 as the switches say, and whatever `act` raises.
        """
        if not request_id:
            return act()[0]
        if len(request_id) > LONGEST:
            raise entity_faults.request_id_too_long(request_id)
        known = self._recall(request_id)
        if known is not None:
            return self._replay(known, digest)
        return self._execute(request_id, digest, act)

    def knows(self, request_id):
        """Tell whether a repetition would be answered from memory."""
        return self._recall(request_id) is not None

    def _recall(self, request_id):
        known = self._known.get(request_id)
        if known is None:
            return None
        switches = self._company.switches
        kept = switches.requestid_retention_seconds
        age = self._company.now().timestamp() - known.seconds
        if kept is not None and age > kept:
            return None
        if switches.requestid_after_delete == "execute" and self._is_gone(known):
            return None
        return known

    def _is_gone(self, known):
        if known.qbo_id is None or known.entity not in self._company.entities:
            return False
        return self._company.store.get(known.entity, known.qbo_id) is None

    def _replay(self, known, digest):
        other = known.digest != digest
        if other and self._company.switches.requestid_other_body == "fault":
            raise entity_faults.request_id_used()
        if isinstance(known.answer, Fault):
            raise known.answer
        return known.answer

    def _execute(self, request_id, digest, act):
        seconds = int(self._company.now().timestamp())
        try:
            answer, entity, qbo_id = act()
        except Fault as fault:
            if self._company.switches.requestid_of_faults == "remember":
                kept = _Remembered(seconds, digest, fault, "", None)
                self._known[request_id] = kept
            raise
        self._known[request_id] = _Remembered(seconds, digest, answer, entity, qbo_id)
        return answer
