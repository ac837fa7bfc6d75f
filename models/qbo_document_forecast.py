from decimal import Decimal

from odoo import models

from ..tools import members, money, tax_forecast
from .qbo_document_line_mixin import ROUNDING_PRODUCT


class QboDocumentMixin(models.AbstractModel):
    """What QuickBooks will make of a document, reckoned before it is sent."""

    _inherit = "qbo.document.mixin"

    # === WHAT QUICKBOOKS WILL RECKON === #

    def _qbo_forecast(self, connection, rules, parts):
        """Return what QuickBooks will make of the lines, without a rounding line.

        :param parts: list of `Part` of the lines with amounts
        :return: `tools.tax_forecast.Forecast`; None where nobody can know, because
            QuickBooks' amount of tax counts, or a tax code is missing or unfit
        """
        if rules.tax == "line":
            return self._qbo_forecast_by_line(connection, rules, parts)
        if rules.tax == "automated" and not rules.sends_tax:
            return None
        nets = [money.round_half_up(part.amount) for part in parts]
        tax = Decimal()
        if rules.tax != "off":
            tax = members.read_amount(self.amount_tax, self.currency_id.decimal_places)
        return tax_forecast.Forecast(nets, tax, sum(nets, Decimal()) + tax)

    def _qbo_forecast_by_line(self, connection, rules, parts):
        lines = self._qbo_prepare_forecast(connection, parts)
        if lines is None:
            return None
        return tax_forecast.forecast(
            lines,
            inclusive=self._qbo_is_inclusive(rules, parts),
            rounding=connection.tax_rounding,
        )

    def _qbo_prepare_forecast(self, connection, parts):
        """Return `tax_forecast.Part` s, None where a code is missing or unfit."""
        codes = self._qbo_get_part_codes(connection, parts)
        if not all(codes):
            return None
        rates = self._qbo_get_code_rates(connection, codes)
        if not all(rates[code] for code in codes):
            return None
        return [
            tax_forecast.Part(part.amount, part.gross, tuple(rates[code]))
            for part, code in zip(parts, codes, strict=True)
        ]

    def _qbo_get_part_codes(self, connection, parts):
        """Return the tax code of each part (`qbo.reference` or None)."""
        known = connection._get_tax_codes()
        return [known.get(part.line._qbo_get_tax_key()) for part in parts]

    def _qbo_get_code_rates(self, connection, codes):
        """Return {tax code: [(id of the rate, percentage)], or None if it is unfit}."""
        day = self._qbo_get_posting_day(connection) or ""
        return {code: connection._get_code_rates(code, day) for code in set(codes)}

    def _qbo_is_inclusive(self, rules, parts):
        """Tell whether prices hold their tax: then QuickBooks keeps the gross total."""
        if rules.tax != "line":
            return False
        taxes = self.env["account.tax"].union(*(part.line.tax_ids for part in parts))
        taxes = taxes.filtered(lambda tax: tax._qbo_has_rate())
        return bool(taxes) and all(tax._qbo_is_included() for tax in taxes)

    # === WHAT IT DIFFERS BY === #

    def _qbo_get_totals(self):
        """Return (total, tax) of the document here (Decimal)."""
        decimals = self.currency_id.decimal_places
        return (
            members.read_amount(self.amount_total, decimals),
            members.read_amount(self.amount_tax, decimals),
        )

    def _qbo_has_thousandths(self):
        """Tell whether the document comes to more decimals than QuickBooks keeps."""
        return any(each != round(each, 2) for each in self._qbo_get_totals())

    def _qbo_get_rounding(self, connection, forecast):
        """Return the amount of the rounding line (Decimal), 0 for none."""
        if forecast is None or connection.rounding_policy != "adjust":
            return Decimal()
        return self._qbo_get_totals()[0] - forecast.total

    def _qbo_get_expectation(self, connection):
        """The tax that was foreseen is what the answer is held against."""
        expectation = super()._qbo_get_expectation(connection)
        rules = connection._get_rules()
        if rules.tax == "line":
            record = self._qbo_in(connection)
            connection = connection.with_env(record.env)
            parts = record._qbo_get_sold_parts(connection, rules)
            forecast = record._qbo_forecast(connection, rules, parts)
            if forecast is not None:
                expectation["tax"] = forecast.tax
        return expectation

    # === THE ROUNDING LINE === #

    def _qbo_prepare_rounding_line(self, connection, rules, amount, is_inclusive):
        """Return the line that makes up for cents, without its number."""
        product = self.env.ref(ROUNDING_PRODUCT)
        detail = {"ItemRef": product._qbo_refer(connection)}
        if is_inclusive:
            detail["TaxInclusiveAmt"] = amount
        code = self._qbo_get_untaxed_code(connection, rules)
        if code:
            detail["TaxCodeRef"] = {"value": code}
        return {
            "Description": product.name,
            "Amount": amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": detail,
        }

    def _qbo_get_untaxed_code(self, connection, rules):
        """Return the id of the tax code of lines without tax, '' for none."""
        if rules.tax == "off":
            return ""
        if rules.tax != "line":
            return "NON"
        code = connection._get_tax_codes().get(frozenset())
        return code.qbo_id if code else ""

    # === BLOCKERS === #

    def _qbo_list_forecast_blockers(self, connection, rules, parts, title):
        """A wrong tax code would book a wrong tax; cents are told beforehand."""
        if rules.tax == "line" and self._qbo_lowers_tax():
            yield self.env._(
                "The payment terms of %(title)s lower its tax for early payment, but "
                "QuickBooks reckons the tax of the whole price. Choose other payment "
                "terms, or let theirs lower the tax only when the customer pays.",
                title=title,
            )
            return
        if rules.tax == "line":
            codes = self._qbo_get_part_codes(connection, parts)
            if not all(codes):
                # Said of the lines.
                return
            unfit = self._qbo_list_code_rate_blockers(connection, codes, title)
            problems = list(unfit)
            if problems:
                yield from problems
                return
        forecast = self._qbo_forecast(connection, rules, parts)
        if forecast is None:
            return
        total, tax = self._qbo_get_totals()
        if (rules.tax == "off" and tax) or self._qbo_has_thousandths():
            # Said of the lines, and of the amounts.
            return
        if rules.tax == "line" and self._qbo_is_other_tax(
            connection, rules, parts, forecast
        ):
            yield self._qbo_make_other_tax_sentence(connection, codes, forecast, title)
        elif forecast.total != total or forecast.tax != tax:
            yield from self._qbo_list_rounding_blockers(
                connection, rules, parts, forecast, title
            )

    def _qbo_list_code_rate_blockers(self, connection, codes, title):
        for code, rates in self._qbo_get_code_rates(connection, codes).items():
            if rates is None:
                yield self.env._(
                    "%(title)s: the tax code %(code)s reckons tax on tax in "
                    "QuickBooks, which cannot be foreseen to the cent. Choose another "
                    "in the tax mapping of the connection %(books)s.",
                    title=title,
                    code=code.name,
                    books=connection.name,
                )
            elif not rates:
                yield self.env._(
                    "%(title)s: the tax code %(code)s has no rates for sales in "
                    "QuickBooks. Choose another in the tax mapping of the connection "
                    "%(books)s.",
                    title=title,
                    code=code.name,
                    books=connection.name,
                )

    def _qbo_is_other_tax(self, connection, rules, parts, forecast):
        """Tell whether more than rounding parts QuickBooks' tax from Odoo's."""
        decimals = self.currency_id.decimal_places
        lines = self._qbo_prepare_forecast(connection, parts)
        most = Decimal(max(1, tax_forecast.count_roundings(lines)))
        off = abs(forecast.tax - self._qbo_get_totals()[1])
        return off > most.scaleb(-min(decimals, money.AMOUNT_DECIMALS))

    def _qbo_make_other_tax_sentence(self, connection, codes, forecast, title):
        return self.env._(
            "On %(title)s QuickBooks would reckon a tax of %(theirs)s, and Odoo "
            "has %(ours)s. Either a tax code (%(codes)s) does not stand for the "
            "same rate: mend the tax mapping of the connection %(books)s. Or the "
            "tax was changed by hand on the document: undo that.",
            title=title,
            theirs=forecast.tax,
            ours=self._qbo_get_totals()[1],
            codes=", ".join(dict.fromkeys(code.name for code in codes)),
            books=connection.name,
        )

    def _qbo_list_rounding_blockers(self, connection, rules, parts, forecast, title):
        total, tax = self._qbo_get_totals()
        if connection.rounding_policy == "refuse":
            yield self.env._(
                "%(title)s comes to %(ours)s here, %(our_tax)s of it tax. QuickBooks "
                "rounds otherwise and would make it %(theirs)s, %(their_tax)s of it "
                "tax. Let Odoo round tax for each line (Settings, Accounting), change "
                "a price, or let the connection %(books)s add a rounding line "
                "(Settings, When cents differ).",
                title=title,
                ours=total,
                our_tax=tax,
                theirs=forecast.total,
                their_tax=forecast.tax,
                books=connection.name,
            )
        elif forecast.total != total:
            yield from self._qbo_list_rounding_line_blockers(connection, rules, title)

    def _qbo_list_rounding_line_blockers(self, connection, rules, title):
        """What a rounding line cannot be sent without."""
        if not connection.rounding_account_id.active:
            yield self.env._(
                "%(title)s needs a rounding line, for which no account is chosen. "
                "Choose the rounding account in the settings of the connection "
                "%(books)s.",
                title=title,
                books=connection.name,
            )
        if rules.tax != "line":
            return
        code = connection._get_tax_codes().get(frozenset())
        rates = code and self._qbo_get_code_rates(connection, [code])[code]
        is_zero = rates and not any(percent for _rate, percent in rates)
        if not is_zero or not code.active:
            yield self.env._(
                "%(title)s needs a rounding line, which has no tax, but lines without "
                "tax have no active tax code of 0%%. Choose one in the tax mapping of "
                "the connection %(books)s.",
                title=title,
                books=connection.name,
            )

    # === NOTES === #

    def _qbo_list_code_notes(self, connection, parts, title, tax):
        """QuickBooks keeps Odoo's tax, and files it under the document's code."""
        taxed = [part for part in parts if part.line._qbo_is_taxed()]
        code = self._qbo_get_document_codes(connection, [part.line for part in taxed])
        rates = len(code) == 1 and self._qbo_get_code_rates(connection, code)[code]
        if not taxed or not rates:
            return
        percent = sum(percent for _rate, percent in rates)
        theirs = sum(part.amount for part in taxed) * percent / 100
        if abs(theirs - tax) * 100 > len(taxed) * len(rates):
            yield self.env._(
                "The tax code %(code)s comes to %(percent)s%% in QuickBooks, which "
                "would be %(theirs)s on %(title)s. Odoo has %(ours)s: this is sent, "
                "and filed under that code. If it belongs elsewhere, mend the tax "
                "mapping of the connection %(books)s.",
                code=code.name,
                percent=members.make_bare(percent),
                theirs=money.round_half_up(theirs),
                title=title,
                ours=tax,
                books=connection.name,
            )

    def _qbo_list_abroad_notes(self, title, tax):
        """Automated sales tax goes by the delivery address, and knows one country."""
        contact, delivery = self._qbo_get_addresses()
        partners = (delivery, contact, self._qbo_get_customer())
        found = [each for each in partners if each._qbo_prepare_address()]
        country = found[0].country_id if found else None
        if country and country.code != "US":
            yield self.env._(
                "%(title)s is delivered to %(country)s, where QuickBooks reckons no "
                "sales tax. Odoo has a tax of %(tax)s: if QuickBooks drops it, the "
                "receipt tells.",
                title=title,
                country=country.name,
                tax=tax,
            )

    def _qbo_list_notes(self, connection, rules):
        yield from super()._qbo_list_notes(connection, rules)
        parts = self._qbo_get_sold_parts(connection, rules)
        forecast = self._qbo_forecast(connection, rules, parts)
        title = self._qbo_get_title()
        if forecast is None:
            if rules.tax == "automated":
                yield self.env._(
                    "QuickBooks reckons the sales tax of %(title)s itself. Odoo has "
                    "%(tax)s; what QuickBooks makes of it, the receipt tells.",
                    title=title,
                    tax=self._qbo_get_totals()[1],
                )
            return
        total, tax = self._qbo_get_totals()
        amount = self._qbo_get_rounding(connection, forecast)
        if rules.tax == "automated" and tax:
            yield from self._qbo_list_abroad_notes(title, tax)
        if rules.tax == "manual":
            yield from self._qbo_list_code_notes(connection, parts, title, tax)
        if amount:
            yield self.env._(
                "QuickBooks rounds %(title)s to %(theirs)s, Odoo to %(ours)s: a "
                "rounding line of %(amount)s makes up for it.",
                title=title,
                theirs=forecast.total,
                ours=total,
                amount=amount,
            )
        if forecast.tax != tax:
            yield self.env._(
                "Of %(title)s, QuickBooks reckons a tax of %(theirs)s, Odoo of "
                "%(ours)s.",
                title=title,
                theirs=forecast.tax,
                ours=tax,
            )
