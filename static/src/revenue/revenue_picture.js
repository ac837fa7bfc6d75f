/* global Chart */
import { Component, markup, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { getColor } from "@web/core/colors/colors";
import { getCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { addUp, chooseGrain, GRAINS, joinMonths, STAGES } from "./revenue_figures";

// Places in Odoo's small palette of charts: teal, yellow, blue.
const STAGE_COLORS = { posted: 2, drafted: 5, planned: 0 };

/** Revenue by month, how far it is, and what of it is left to be earned. */
export class RevenuePicture extends Component {
    static template = "quickbooks_online.RevenuePicture";
    static props = { pictures: Array };

    setup() {
        this.canvasRef = useRef("canvas");
        this.state = useState({ currency: null, grain: null, isTable: false });
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.draw(),
            () => [JSON.stringify(this.props.pictures), this.state.currency, this.grain]
        );
    }

    // === WHAT IS SHOWN === //

    get picture() {
        const { pictures } = this.props;
        return pictures.find((each) => each.currency === this.state.currency) || pictures[0];
    }

    get grain() {
        return this.state.grain || (this.picture && chooseGrain(this.picture));
    }

    get grains() {
        const names = { month: _t("Months"), quarter: _t("Quarters"), year: _t("Years") };
        return GRAINS.map((grain) => ({ grain, name: names[grain] }));
    }

    /** Returns whether there is anything to join. */
    get isLong() {
        return this.picture.starts.length > 12;
    }

    get series() {
        return [
            { name: "posted", label: _t("In QuickBooks") },
            { name: "drafted", label: _t("In drafts") },
            { name: "planned", label: _t("Planned") },
            { name: "deferred", label: _t("Deferred: earned later") },
        ];
    }

    get sentences() {
        const { currency } = this.picture;
        const [posted, drafted, planned] = STAGES.map((stage) =>
            addUp(this.picture[stage], currency)
        );
        return [this.describeRecognized(posted, drafted), this.describePlanned(planned)];
    }

    describeRecognized(posted, drafted) {
        const values = {
            recognized: this.emphasize(
                "recognized",
                addUp([posted, drafted], this.picture.currency)
            ),
            posted: this.format(posted),
            drafted: this.format(drafted),
        };
        if (drafted) {
            return _t(
                "Recognized so far: %(recognized)s (%(posted)s in QuickBooks, %(drafted)s in drafts).",
                values
            );
        }
        return posted
            ? _t("Recognized so far: %(recognized)s, all of it in QuickBooks.", values)
            : _t("Nothing is recognized yet.");
    }

    describePlanned(planned) {
        return planned
            ? _t("Deferred, planned until %(last)s: %(planned)s.", {
                  planned: this.emphasize("planned", planned),
                  last: this.picture.months.at(-1),
              })
            : _t("Nothing more is planned.");
    }

    emphasize(name, amount) {
        return markup`<strong data-total="${name}">${this.format(amount)}</strong>`;
    }

    get rows() {
        const figures = joinMonths(this.picture, this.grain);
        return figures.labels.map((label, place) => ({
            label,
            amounts: this.series.map(({ name }) => {
                const amount = figures[name][place];
                return amount || name === "deferred" ? this.format(amount) : "";
            }),
        }));
    }

    get grainName() {
        return { month: _t("Month"), quarter: _t("Quarter"), year: _t("Year") }[this.grain];
    }

    format(amount) {
        const { currency, name } = this.picture;
        const text = formatMonetary(amount, { currencyId: currency });
        // The page knows the signs of active currencies only.
        return getCurrency(currency) ? text : `${text} ${name}`;
    }

    // === WHAT PEOPLE CHOOSE === //

    chooseCurrency(event) {
        this.state.currency = Number(event.target.value);
        this.state.grain = null;
    }

    chooseGrain(grain) {
        this.state.grain = grain;
    }

    toggleTable() {
        this.state.isTable = !this.state.isTable;
    }

    // === THE CHART === //

    /** The colour of the text around it: dark or bright, as the page is. */
    get ink() {
        return getComputedStyle(this.canvasRef.el).color;
    }

    draw() {
        if (!this.canvasRef.el) {
            return;
        }
        const chart = new Chart(this.canvasRef.el, {
            type: "bar",
            data: this.getChartData(),
            options: this.getChartOptions(),
        });
        return () => chart.destroy();
    }

    getChartData() {
        const figures = joinMonths(this.picture, this.grain);
        const datasets = this.series.map(({ name, label }) => {
            const data = figures[name];
            if (name === "deferred") {
                return { ...this.getLineStyle(), label, data };
            }
            const color = getColor(STAGE_COLORS[name], null, "sm");
            return {
                label,
                data,
                backgroundColor: color,
                stack: "earned",
                pointStyle: "rect",
                maxBarThickness: 48,
                order: 1,
            };
        });
        return { labels: figures.labels, datasets };
    }

    getLineStyle() {
        return {
            type: "line",
            order: 0,
            borderColor: this.ink,
            backgroundColor: this.ink,
            borderWidth: 2,
            pointRadius: 2,
            pointHitRadius: 12,
            tension: 0,
            fill: false,
        };
    }

    getTickDecimals(amount) {
        const shown = Math.abs(amount) < 1000 ? amount : amount / 1000;
        return Number.isInteger(shown) ? 0 : 1;
    }

    getChartOptions() {
        const currencyId = this.picture.currency;
        return {
            maintainAspectRatio: false,
            animation: false,
            interaction: { mode: "index", intersect: false },
            scales: {
                x: {
                    stacked: true,
                    ticks: { autoSkip: true, maxRotation: 45, color: this.ink },
                    grid: { display: false },
                },
                y: {
                    beginAtZero: true,
                    ticks: {
                        maxTicksLimit: 7,
                        color: this.ink,
                        callback: (amount) =>
                            formatMonetary(amount, {
                                currencyId,
                                humanReadable: true,
                                digits: [16, this.getTickDecimals(amount)],
                            }),
                    },
                    grid: { color: Chart.helpers.color(this.ink).alpha(0.12).rgbString() },
                    border: { display: false },
                },
            },
            plugins: {
                legend: {
                    position: "bottom",
                    labels: {
                        color: this.ink,
                        usePointStyle: true,
                        boxHeight: 9,
                        sort: (one, other) => one.datasetIndex - other.datasetIndex,
                    },
                },
                tooltip: {
                    filter: ({ dataset, raw }) => raw !== 0 || dataset.type === "line",
                    callbacks: {
                        label: ({ dataset, raw }) => `${dataset.label}: ${this.format(raw)}`,
                    },
                },
            },
        };
    }
}

export class RevenuePictureField extends Component {
    static template = "quickbooks_online.RevenuePictureField";
    static components = { RevenuePicture };
    static props = { ...standardFieldProps };

    get pictures() {
        return this.props.record.data[this.props.name] || [];
    }
}

registry.category("fields").add("qbo_revenue_picture", {
    component: RevenuePictureField,
    supportedTypes: ["json"],
});
