import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { RevenuePicture } from "./revenue_picture";

/** The picture of all deals of the companies that somebody works in. */
export class RevenuePictureAction extends Component {
    static template = "quickbooks_online.RevenuePictureAction";
    static components = { Layout, RevenuePicture };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.companies = user.activeCompanies;
        this.display = { controlPanel: {} };
        this.state = useState({ companyId: false, pictures: [] });
        onWillStart(() => this.read());
    }

    async read() {
        const { companyId } = this.state;
        const pictures = await this.orm.call("qbo.revenue.picture", "get_picture", [companyId]);
        // Another company may have been chosen meanwhile.
        if (companyId === this.state.companyId) {
            this.state.pictures = pictures;
        }
    }

    chooseCompany(event) {
        this.state.companyId = Number(event.target.value) || false;
        return this.read();
    }

    /** Opens a list of what the picture is made of. */
    async open(name) {
        const action = await this.action.loadAction(`quickbooks_online.${name}`);
        const { companyId } = this.state;
        const domain = companyId ? [["company_id", "=", companyId]] : [];
        return this.action.doAction({ ...action, domain });
    }
}

registry.category("actions").add("qbo_revenue_picture", RevenuePictureAction);
