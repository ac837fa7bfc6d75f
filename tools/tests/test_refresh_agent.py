"""How the refresh agent is started and ends; with a database in tests/."""

import json
import sys
from datetime import datetime, timedelta

import pytest
from quickbooks_online.exceptions import QboRetryableError, VaultError
from quickbooks_online.tools import refresh_agent
from quickbooks_online.tools.endpoints import get_endpoints
from quickbooks_online.tools.grants import Need, Outcome
from quickbooks_online.tools.vault import Vault

KEYS = {"client_id": "any", "client_secret": "hidden", "redirect_uri": "https://x"}


@pytest.fixture
def order(tmp_path):
    """An order that no agent can carry out: there is no such database."""
    vault = Vault(["a passphrase of at least forty characters"], "a database")
    return refresh_agent.Order(
        database={"host": str(tmp_path), "database": "none", "password": "hidden"},
        lock_timeout=1,
        derived_keys=vault.hand_over(),
        endpoints=get_endpoints("sandbox", {}),
        keys=KEYS,
        need=Need(1, timedelta(minutes=5), "hidden"),
        now=datetime(2026, 1, 1),
    )


def test_says_what_kind_of_problem_it_met(order):
    with pytest.raises(refresh_agent.AgentError) as caught:
        refresh_agent.ask(order)
    assert "OperationalError" in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_is_not_waited_for_forever(order):
    outcome = refresh_agent.ask(order, seconds=0)
    assert isinstance(outcome.error, QboRetryableError)
    assert not outcome.error.uncertain


@pytest.mark.parametrize("executable", [None, "", "/usr/bin/uwsgi", "/missing/python3"])
def test_no_interpreter(order, monkeypatch, executable):
    monkeypatch.setattr(sys, "executable", executable)
    with pytest.raises(refresh_agent.AgentError):
        refresh_agent.ask(order)


def test_dies_without_an_answer(order, monkeypatch):
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(refresh_agent.AgentError):
        refresh_agent.ask(order)


def test_a_vault_error_comes_back_as_it_was(order):
    error = VaultError("foreign")
    answer = json.dumps(refresh_agent._describe(Outcome(error=error)))
    found = refresh_agent._read_answer(answer, 0).error
    assert (type(found), str(found)) == (VaultError, str(error))


def test_nothing_shows_what_an_order_holds(order):
    assert "hidden" not in repr(order) + repr(order.need)
