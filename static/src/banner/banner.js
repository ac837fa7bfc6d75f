import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { session } from "@web/session";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

/**
 * Says on every page that a connection to QuickBooks stopped or is about to. Told by
 * the session at start, and by the server's bus when it changes.
 */
export class QboBanner extends Component {
    static template = "quickbooks_online.Banner";
    static props = {};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ warnings: session.qbo_banner || [] });
        const busService = useService("bus_service");
        busService.subscribe("qbo_banner", () => this.refresh());
    }

    async refresh() {
        this.state.warnings = await this.orm.call("qbo.connection", "get_banner", []);
    }

    open(warning) {
        this.close(warning);
        this.action.doAction("quickbooks_online.qbo_connection_action", {
            props: { resId: warning.id },
            viewType: "form",
        });
    }

    close(warning) {
        this.state.warnings = this.state.warnings.filter(
            (other) => other.id !== warning.id
        );
    }
}

if (user.userId) {
    registry.category("main_components").add("QboBanner", { Component: QboBanner });
}
