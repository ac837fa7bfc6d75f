import { deserializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { getCurrency } from "@web/core/currency";

/** What of a month's revenue is how far, in the order in which bars are stacked. */
export const STAGES = ["posted", "drafted", "planned"];
export const GRAINS = ["month", "quarter", "year"];
// More bars than this cannot be told apart.
const MOST_BARS = 24;
// Where the currency is not known, enough for any.
const MOST_DECIMALS = 6;

function getUnit(currencyId) {
    return 10 ** (getCurrency(currencyId)?.digits?.[1] ?? MOST_DECIMALS);
}

/** Adds up exactly, as sums of fractions would not. */
export function addUp(amounts, currencyId) {
    const unit = getUnit(currencyId);
    return amounts.reduce((sum, amount) => sum + Math.round(amount * unit), 0) / unit;
}

function nameSpan(start, grain, months, place) {
    if (grain === "quarter") {
        const { quarter, year } = start;
        return _t("Q%(quarter)s %(year)s", { quarter, year: String(year) });
    }
    return grain === "year" ? String(start.year) : months[place];
}

/**
 * Joins months to quarters or years.
 *
 * @param {Object} picture of one currency; see `qbo.revenue.picture`
 * @param {string} grain of GRAINS
 * @returns {Object} labels, and for each an amount: posted, drafted, planned, deferred
 */
export function joinMonths(picture, grain) {
    const spans = new Map();
    picture.starts.forEach((iso, place) => {
        const start = deserializeDate(iso).startOf(grain);
        const key = start.toISODate();
        if (!spans.has(key)) {
            const label = nameSpan(start, grain, picture.months, place);
            spans.set(key, { label, places: [] });
        }
        spans.get(key).places.push(place);
    });
    const all = [...spans.values()];
    const figures = {
        labels: all.map((span) => span.label),
        // A balance is that of the last day.
        deferred: all.map((span) => picture.deferred[span.places.at(-1)]),
    };
    for (const stage of STAGES) {
        figures[stage] = all.map((span) =>
            addUp(
                span.places.map((place) => picture[stage][place]),
                picture.currency
            )
        );
    }
    return figures;
}

/** Returns the finest grain whose bars can still be told apart. */
export function chooseGrain(picture) {
    const count = picture.starts.length;
    if (count <= MOST_BARS) {
        return "month";
    }
    return count <= MOST_BARS * 3 ? "quarter" : "year";
}
