"""Names that QuickBooks takes, and whom a name means."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online.tools.name_match import (
    GROUNDS,
    Candidate,
    Facts,
    add_suffix,
    clean_name,
    find_free_name,
    fold,
    index_candidates,
    judge,
    list_names_to_ask,
    read_candidate,
)

odd = "aA:é e\u0301\u0338\t\n\u2028\x00\x7f\ud83dß😀İ'\"(K"
names = st.text(max_size=12) | st.text(alphabet=list(odd), max_size=130)


def count_units(text):
    return len(text.encode("utf-16-le")) // 2


class TestCleanName:
    @pytest.mark.parametrize(
        "name, expected",
        [
            ("Acme", "Acme"),
            ("  Acme \t Ltd\n", "Acme Ltd"),
            ("Acme: Paris", "Acme- Paris"),
            ("e\u0301", "é"),
            ("a\u2028b\xa0c", "a b c"),
            ("a\x00\u0301\ud83d", "á"),
            ("x" * 101, "x" * 100),
            ("x" * 99 + " y", "x" * 99),
            ("", ""),
            (" \t ", ""),
        ],
    )
    def test_figures(self, name, expected):
        assert clean_name(name) == expected

    def test_cut(self):
        # A letter stays with its accent, a pair of surrogates together.
        assert clean_name("x" * 99 + "q\u0323") == "x" * 99
        assert clean_name("x" * 99 + "😀") == "x" * 99
        assert clean_name("x" * 98 + "😀") == "x" * 98 + "😀"
        assert clean_name("abcdef", 3) == "abc"

    @given(name=names, length=st.integers(1, 100))
    def test_rules(self, name, length):
        found = clean_name(name, length)
        assert clean_name(found, length) == found
        assert count_units(found) <= length
        assert not set(found) & set(":\t\n\r\0")
        assert unicodedata.is_normalized("NFC", found)
        assert found == found.strip()
        found.encode()


class TestSuffix:
    def test_figures(self):
        assert add_suffix("Acme", "Customer") == "Acme (Customer)"
        assert add_suffix("Acme", "Customer", 2) == "Acme (Customer 2)"
        assert add_suffix("x" * 100, "Customer") == "x" * 89 + " (Customer)"
        assert add_suffix("x" * 88 + " yz", "Customer") == "x" * 88 + " (Customer)"

    def test_free_name(self):
        taken = ["ACME", "Other"]
        assert find_free_name("New", "Customer", taken) == "New"
        assert find_free_name("Acme", "Customer", taken) == "Acme (Customer)"
        taken.append("acme (customer)")
        assert find_free_name("Acme", "Customer", taken) == "Acme (Customer 2)"

    def test_no_name(self):
        with pytest.raises(ValueError):
            find_free_name(" \t", "Customer", [])

    @given(name=names.filter(clean_name), count=st.integers(0, 12))
    def test_nobody_has_it(self, name, count):
        taken = []
        for _number in range(count):
            found = find_free_name(name, "Customer", taken)
            assert fold(found) not in map(fold, taken)
            assert count_units(found) <= 100
            assert found == clean_name(found)
            assert found == find_free_name(name, "Customer", taken[::-1])
            taken.append(
                found.swapcase() if fold(found.swapcase()) == fold(found) else found
            )


class TestNamesToAsk:
    def test_twins(self):
        assert list_names_to_ask(["Acme", "ACME ", "", "B:C"]) == [
            ["Acme", "Acme (deleted)", "B-C", "B-C (deleted)"]
        ]
        assert list_names_to_ask([]) == []
        with pytest.raises(ValueError):
            list_names_to_ask(["a"], 1)

    @given(wanted=st.lists(names, max_size=20), size=st.integers(2, 9))
    def test_each_name_once(self, wanted, size):
        chunks = list_names_to_ask(wanted, size)
        values = [value for chunk in chunks for value in chunk]
        assert all(2 <= len(chunk) <= size for chunk in chunks)
        asked = [fold(value) for value in values[::2]]
        assert len(set(asked)) == len(asked)
        assert set(asked) == {fold(clean_name(name)) for name in wanted} - {""}
        assert values[1::2] == [f"{value} (deleted)" for value in values[::2]]


def make(name="Acme", id="1", active=True, type="", **facts):
    return Candidate(id, Facts(name, **facts), active, type)


class TestJudge:
    @pytest.mark.parametrize(
        "candidates, kind, ids, grounds",
        [
            ([], "none", [], []),
            ([make("Acme Ltd")], "none", [], []),
            ([make()], "match", ["1"], ["name"]),
            ([make("ACME")], "ambiguous", ["1"], ["name_case"]),
            ([make(), make(id="2")], "ambiguous", ["1", "2"], ["name"]),
            ([make("acme"), make(id="2")], "ambiguous", ["2", "1"], ["name"]),
            ([make(active=False)], "inactive", ["1"], ["name"]),
            (
                [make("Acme (deleted)", active=False)],
                "inactive",
                ["1"],
                ["name_deleted"],
            ),
            (
                [make("ACME (deleted-1)", active=False)],
                "inactive",
                ["1"],
                ["name_deleted"],
            ),
            # It is called so, and active.
            ([make("Acme (deleted)")], "none", [], []),
            (
                [make("Acme (deleted)", "7", active=False), make(id="2")],
                "match",
                ["2"],
                ["name"],
            ),
            ([make(type="Category")], "contradiction", ["1"], ["name"]),
            ([make(type="Service")], "match", ["1"], ["name"]),
        ],
    )
    def test_by_name(self, candidates, kind, ids, grounds):
        found = judge(candidates, Facts("Acme"))
        assert found.kind == kind
        assert [each.id for each in found.candidates] == ids
        assert list(found.grounds) == grounds
        assert found.id == (ids[0] if kind == "match" else None)

    @pytest.mark.parametrize(
        "code, ours, theirs",
        [
            ("email", "ann@example.com", "ANN@example.com"),
            ("email", '"Ann" <ann@example.com>', "bob@example.com; ann@example.com"),
            ("tax_id", "GB 123 456 789", "GB123456789"),
            ("tax_id", "GB123456789", "123456789"),
            ("tax_id", "123456789", "gb123456789"),
            ("tax_id", "GB123456789", "XXXXXX56789"),
            ("postal_code", "sw1a 1aa", ("SW1A1AA",)),
            ("postal_code", "94043-1234", ("94043",)),
            ("postal_code", "94043", ("10001", "94043")),
            ("currency", "EUR", "eur"),
            ("sku", " P-1", "p-1"),
        ],
    )
    def test_agreement(self, code, ours, theirs):
        found = judge([make(**{code: theirs})], Facts("Acme", **{code: ours}))
        assert (found.kind, found.grounds) == ("match", ("name", code))

    @pytest.mark.parametrize(
        "code, ours, theirs",
        [
            ("email", "ann@example.com", "bob@example.com"),
            ("tax_id", "GB123456789", "GB123456780"),
            ("tax_id", "GB123456789", "XXXXXX56780"),
            ("tax_id", "GB123456789", "FR123456789"),
            ("tax_id", "123456789", "6789"),
            ("postal_code", "94043", ("10001", "10002")),
            ("postal_code", "9404", ("94043",)),
            ("currency", "EUR", "USD"),
            ("sku", "P-1", "P1"),
        ],
    )
    def test_contradiction(self, code, ours, theirs):
        found = judge([make(**{code: theirs})], Facts("Acme", **{code: ours}))
        assert (found.kind, found.id) == ("contradiction", None)
        shown = theirs if isinstance(theirs, str) else ", ".join(theirs)
        assert found.against == ((code, ours, shown),)

    @pytest.mark.parametrize("code", ["email", "tax_id", "currency", "sku"])
    @pytest.mark.parametrize("absent", ["", None, " ", "XXXX"])
    def test_absent_facts_say_nothing(self, code, absent):
        if absent == "XXXX" and code != "tax_id":
            return
        value = "a@example.com" if code == "email" else "ABC"
        found = judge([make(**{code: absent})], Facts("Acme", **{code: value}))
        assert (found.kind, found.grounds, found.against) == ("match", ("name",), ())
        if absent != "XXXX":
            found = judge([make(**{code: value})], Facts("Acme", **{code: absent}))
            assert found.kind == "match"

    def test_other_spellings_of_our_name(self):
        assert judge([make("Café")], Facts("Cafe\u0301 ")).kind == "match"
        assert judge([make("Cafe")], Facts("Café")).kind == "none"
        assert judge([make("A-B")], Facts("A:B")).kind == "match"
        assert judge([make("x" * 100)], Facts("x" * 120)).kind == "match"
        assert judge([make("")], Facts(" ")).kind == "none"

    def test_an_agreeing_fact_does_not_outweigh_another(self):
        found = judge(
            [make(email="a@x.org", currency="USD")],
            Facts("Acme", email="a@x.org", currency="EUR"),
        )
        assert found.kind == "contradiction"
        assert found.grounds == ("name", "email")

    @given(
        candidates=st.lists(
            st.builds(
                make,
                st.sampled_from(["Acme", "ACME", "acme (deleted)", "Other"]),
                st.text("123", min_size=1, max_size=1),
                st.booleans(),
                email=st.sampled_from(["", "a@x.org", "b@x.org"]),
                currency=st.sampled_from(["", "EUR", "USD"]),
            ),
            max_size=4,
        ),
        email=st.sampled_from(["", "a@x.org"]),
        currency=st.sampled_from(["", "EUR"]),
    )
    def test_only_one_active_exact_name_without_contradiction(
        self, candidates, email, currency
    ):
        found = judge(candidates, Facts("Acme", email=email, currency=currency))
        active = [
            each
            for each in candidates
            if each.active and each.facts.name.casefold() == "acme"
        ]
        safe = (
            len(active) == 1
            and active[0].facts.name == "Acme"
            and active[0].facts.email in ("", email or active[0].facts.email)
            and active[0].facts.currency in ("", currency or active[0].facts.currency)
        )
        assert (found.kind == "match") == safe
        near = index_candidates(candidates).get(fold("Acme"), ())
        assert found == judge(near, Facts("Acme", email=email, currency=currency))
        assert set(found.grounds) <= GROUNDS.keys()


class TestReadCandidate:
    def test_customer(self):
        found = read_candidate(
            {
                "Id": "5",
                "DisplayName": "Acme",
                "Active": False,
                "PrimaryEmailAddr": {"Address": "a@x.org"},
                "PrimaryTaxIdentifier": "XXXXXX6789",
                "BillAddr": {"PostalCode": "94043"},
                "ShipAddr": {"Line1": "x"},
                "CurrencyRef": {"value": "USD", "name": "Dollar"},
            }
        )
        facts = Facts("Acme", "a@x.org", "XXXXXX6789", ("94043",), "USD")
        assert found == Candidate("5", facts, active=False)

    def test_item(self):
        found = read_candidate({"Id": "1", "Name": "P", "Sku": "S", "Type": "Service"})
        assert found == Candidate(
            "1", Facts("P", postal_code=(), sku="S"), type="Service"
        )

    @pytest.mark.parametrize("value", [None, 1, [], {}, "x", {"Address": 1}])
    def test_strange_shapes(self, value):
        names = ("DisplayName", "PrimaryEmailAddr", "BillAddr", "CurrencyRef", "Sku")
        candidate = read_candidate(dict.fromkeys(names, value))
        judge([candidate], Facts("Acme", "a@x.org", "1", "2", "EUR", "S"))
