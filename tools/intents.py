"""What is meant to happen once at QuickBooks: its request id, its batch.

The id follows from the intent alone, so that whoever asks again, after a crash
or on another host, asks under the same id and gets the first answer.
"""

from hashlib import sha256

from .. import const
from .digest import canonical

REQUEST_ID_LENGTH = 32


def request_id(database_uuid, model, record_id, action, digest, generation=0):
    """The `requestid` of one write: 32 hexadecimal digits.

    :param database_uuid: text, parts a copied database from its original
    :param model: 'account.move'
    :param record_id: int
    :param action: 'create', 'update', ...
    :param digest: of the payload that is sent
    :param generation: int, one more each time the object was deleted at
        QuickBooks: under the old id it would answer what no longer exists
    :raises ValueError: a part is missing, without which two intents would be one
    """
    texts = (database_uuid, model, action, digest)
    numbers = (record_id, generation)
    if not all(isinstance(text, str) and text for text in texts):
        raise ValueError("Database, model, action and digest are texts.")
    if any(isinstance(each, bool) or not isinstance(each, int) for each in numbers):
        raise ValueError("Record and generation are whole numbers.")
    if record_id < 1 or generation < 0:
        raise ValueError("A record has an id, and generations count from 0.")
    return _hash("request", *texts, *numbers)


def batch_request_id(request_ids):
    """The `requestid` of a batch: the same for the same items in the same order.

    QuickBooks knows an item of a batch by this id joined to the item's `bId`, so
    a repeat is recognised only when the whole batch is sent as it was.

    :param request_ids: list of the items' own request ids
    """
    return _hash("batch", list(_check_ids(request_ids)))


def batch_ids(request_ids):
    """The `bId` of each item: ten characters, its place and its request id.

    An answer that belongs to another batch is not mistaken for this one's.

    :return: list of text
    """
    return [
        f"{place:02d}{sha256(each.encode()).hexdigest()[:8]}"
        for place, each in enumerate(_check_ids(request_ids))
    ]


def pack(items, size=const.BATCH_ITEMS, key=None):
    """Part items into batches, in their order.

    No batch holds two items of one object: QuickBooks executes a batch in any
    order, and two writes of one object lock each other out (fault 5010). Two
    batches with the same object must not be in flight at once either.

    :param items: list
    :param size: 1 to 30
    :param key: callable(item) -> the object, hashable; default: the item itself
    :return: list of lists, none empty
    """
    if not 1 <= size <= const.BATCH_ITEMS:
        raise ValueError(f"A batch has 1 to {const.BATCH_ITEMS} items.")
    batches, held = [], set()
    for item in items:
        mark = key(item) if key else item
        if not batches or len(batches[-1]) == size or mark in held:
            batches.append([])
            held = set()
        batches[-1].append(item)
        held.add(mark)
    return batches


def _check_ids(request_ids):
    ids = list(request_ids)
    if not 1 <= len(ids) <= const.BATCH_ITEMS:
        raise ValueError(f"A batch has 1 to {const.BATCH_ITEMS} items.")
    if not all(isinstance(each, str) and each for each in ids):
        raise ValueError("A request id is a text.")
    if len(set(ids)) < len(ids):
        raise ValueError("Two items of the batch have the same request id.")
    return ids


def _hash(*parts):
    return sha256(canonical(list(parts))).hexdigest()[:REQUEST_ID_LENGTH]
