import { Component, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A date that stands for its month. */
export class MonthField extends Component {
    static template = xml`<span t-out="month" />`;
    static props = { ...standardFieldProps };

    get month() {
        const day = this.props.record.data[this.props.name];
        return day ? day.toFormat("MMM yyyy") : "";
    }
}

registry.category("fields").add("qbo_month", {
    component: MonthField,
    supportedTypes: ["date"],
});
