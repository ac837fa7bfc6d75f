from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Give each connection made before the outbox its worker."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    connections = env["qbo.connection"].with_context(active_test=False)
    connections.search([("worker_cron_id", "=", False)])._create_workers()
