import { Component, onWillDestroy, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { listView } from "@web/views/list/list_view";
import { ListRenderer } from "@web/views/list/list_renderer";

// How often it asks while something is on its way, beside what the bus tells.
const INTERVAL = 5000;

/** Head of the queue: how far the push of each connection is, and what stops it. */
export class QboQueueStatus extends Component {
    static template = "quickbooks_online.QueueStatus";
    static props = { reload: Function };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.busService = useService("bus_service");
        this.state = useState({ connections: [] });
        const refresh = () => this.refreshSoon();
        this.busService.subscribe("qbo_document_changed", refresh);
        onWillStart(() => this.read());
        this.timer = setInterval(() => this.poll(), INTERVAL);
        onWillDestroy(() => {
            this.busService.unsubscribe("qbo_document_changed", refresh);
            clearInterval(this.timer);
            clearTimeout(this.pending);
        });
    }

    get isMoving() {
        return this.state.connections.some((each) => each.moving && !each.problem);
    }

    hasWork(connection) {
        return connection.moving + connection.waiting + connection.done > 0;
    }

    async read() {
        const before = JSON.stringify(this.state.connections);
        this.state.connections = await this.orm
            .silent.call("qbo.connection", "get_push_status", []);
        return before !== JSON.stringify(this.state.connections);
    }

    async poll() {
        if (this.isMoving && !document.hidden) {
            await this.refresh();
        }
    }

    refreshSoon() {
        clearTimeout(this.pending);
        this.pending = setTimeout(() => this.refresh(), 500);
    }

    async refresh() {
        if (await this.read()) {
            await this.props.reload();
        }
    }

    open(connection) {
        this.action.doAction("quickbooks_online.qbo_connection_action", {
            props: { resId: connection.id },
            viewType: "form",
        });
    }
}

export class QboQueueListRenderer extends ListRenderer {
    static template = "quickbooks_online.QueueListRenderer";
    static components = { ...ListRenderer.components, QboQueueStatus };

    reload() {
        // Nobody's selection or typing is taken away.
        const { list } = this.props;
        if (!list.selection.length && !list.editedRecord) {
            return list.load();
        }
    }
}

registry.category("views").add("qbo_queue_list", {
    ...listView,
    Renderer: QboQueueListRenderer,
});
