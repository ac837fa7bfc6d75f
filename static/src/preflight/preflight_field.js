import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const ICONS = {
    ok: "fa-check-circle text-success",
    warning: "fa-exclamation-circle text-warning",
    blocked: "fa-times-circle text-danger",
    hint: "fa-info-circle text-info",
    waiting: "fa-clock-o text-muted",
};

/** The pre-flight panel: a row per check, with a button to where it is mended. */
export class PreflightField extends Component {
    static template = "quickbooks_online.PreflightField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get checks() {
        return this.props.record.data[this.props.name] || [];
    }

    getIcon(check) {
        return ICONS[check.state];
    }

    async mend(check) {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        const action = await this.orm.call("qbo.connection", "action_preflight", [
            [record.resId],
            check.name,
        ]);
        if (action) {
            await this.action.doAction(action, { onClose: () => record.load() });
        }
    }
}

registry.category("fields").add("qbo_preflight", {
    component: PreflightField,
    supportedTypes: ["json"],
});
