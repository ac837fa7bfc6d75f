from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Give each connection made before the outbox its worker."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["qbo.connection"]._create_missing_workers()
