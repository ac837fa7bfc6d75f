import { onWillUnmount } from "@odoo/owl";
import { patch } from "@web/core/utils/patch";
import { useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";

const MODELS = ["account.move", "sale.order", "qbo.revenue.entry"];

/**
 * Shows what became of a push on the form that is open, as soon as it is known.
 */
patch(FormController.prototype, {
    setup() {
        super.setup(...arguments);
        if (MODELS.includes(this.props.resModel)) {
            const bus = useService("bus_service");
            const reload = (change) => this.reloadQboDocument(change);
            bus.subscribe("qbo_document_changed", reload);
            onWillUnmount(() => bus.unsubscribe("qbo_document_changed", reload));
        }
    },

    /**
     * @param {{model: string, ids: number[]}} change records that changed
     */
    async reloadQboDocument({ model, ids }) {
        const record = this.model.root;
        if (model !== this.props.resModel || !ids.includes(record.resId)) {
            return;
        }
        // What somebody is typing counts more; saving shows the new state.
        if (!(await record.isDirty())) {
            await this.model.load();
        }
    },
});
