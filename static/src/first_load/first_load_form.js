import { onWillDestroy } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";
import { FormController } from "@web/views/form/form_controller";

const INTERVAL = 3000;

/** Shows how far the worker is while it counts, loads or sends. */
export class QboFirstLoadFormController extends FormController {
    setup() {
        super.setup(...arguments);
        const timer = setInterval(() => this.refresh(), INTERVAL);
        onWillDestroy(() => clearInterval(timer));
    }

    async refresh() {
        const record = this.model.root;
        const isMoving = record?.resId && record.data.is_moving;
        if (isMoving && !document.hidden && !(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("views").add("qbo_first_load_form", {
    ...formView,
    Controller: QboFirstLoadFormController,
});
