"""How fast the simulator answers on one processor, and how much memory it takes."""

import itertools
import os
import threading
import time

import psutil

from .figures import BenchError, Figure
from .intuit import Client, authorize, company_path, processors, simulator

NEEDS_ODOO = False
FIGURES = ("sim_single_requests", "sim_batch_creates", "sim_memory_100k_customers")
SECONDS = 5
BATCH = 30
CUSTOMERS = 100_000
CALLERS = 4

_numbers = itertools.count(1)


def measure(options):
    server_processor, caller_processors = processors()
    os.sched_setaffinity(0, caller_processors)
    for name, function in (
        ("sim_single_requests", measure_single_requests),
        ("sim_batch_creates", measure_batches),
        ("sim_memory_100k_customers", measure_memory),
    ):
        if name in options.wanted:
            with simulator("--no-limits", processor=server_processor) as (process, url):
                yield function(url, process.pid)


def measure_single_requests(url, _pid):
    """Create, read, sparse update and query in turn, by several callers at once."""
    done = run_callers(url, one_round_of_single_requests)
    return Figure("sim_single_requests", done / SECONDS, "requests/s", ">=", 300)


def measure_batches(url, _pid):
    done = run_callers(url, create_batch)
    return Figure("sim_batch_creates", done / SECONDS, "batches/s", ">=", 20)


def measure_memory(url, pid):
    """Fill the books by batches, then look at the process."""
    client = Client(url, authorize(url))
    for _number in range(CUSTOMERS // BATCH + 1):
        create_batch(client)
    megabytes = psutil.Process(pid).memory_info().rss / 1_000_000
    return Figure("sim_memory_100k_customers", megabytes, "MB", "<=", 400)


def run_callers(url, function):
    """Call `function(client)` from several threads for SECONDS; return the sum.

    What a call returns is the number of requests it made.
    """
    token = authorize(url)
    counts, errors = [], []
    function(Client(url, token))
    end = time.monotonic() + SECONDS

    def call():
        client, count = Client(url, token), 0
        try:
            while time.monotonic() < end:
                count += function(client)
        except BenchError as error:
            errors.append(error)
        counts.append(count)

    threads = [threading.Thread(target=call) for _number in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return sum(counts)


def one_round_of_single_requests(client):
    payload = {"DisplayName": f"Bench customer {next(_numbers)}"}
    customer = expect(client.post(company_path("customer"), payload))["Customer"]
    read = expect(client.get(company_path(f"customer/{customer['Id']}")))["Customer"]
    change = {
        "Id": read["Id"],
        "SyncToken": read["SyncToken"],
        "sparse": True,
        "Notes": "measured",
    }
    expect(client.post(company_path("customer"), change))
    select = f"query?query=select%20*%20from%20Customer%20where%20Id='{read['Id']}'"
    expect(client.get(company_path(select)))
    return 4


def create_batch(client):
    items = [
        {
            "bId": str(number),
            "operation": "create",
            "Customer": {"DisplayName": f"Bench customer {next(_numbers)}"},
        }
        for number in range(BATCH)
    ]
    answer = expect(client.post(company_path("batch"), {"BatchItemRequest": items}))
    created = [item for item in answer["BatchItemResponse"] if "Customer" in item]
    if len(created) != BATCH:
        raise BenchError(f"a batch created {len(created)} of {BATCH} customers.")
    return 1


def expect(outcome):
    """Return the body of a 200. Raises BenchError otherwise."""
    status, answer = outcome
    if status != 200:
        raise BenchError(f"the simulator answered {status}: {str(answer)[:200]}.")
    return answer
