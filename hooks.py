from .models.revenue_guard import uninstall as remove_revenue_guard


def uninstall_hook(env):
    """Leave nothing of ours behind that Odoo does not remove by itself.

    Odoo drops our tables, columns, groups and the scheduled actions it installed. What
    it keeps are the workers of the connections, the activities of our types on the
    documents of others, and what points at records or models that are gone:
    activities, attachments, queued e-mails, searches and exports people kept. They
    would break the pages of the people they belong to.
    """
    remove_revenue_guard(env.cr)
    connections = env["qbo.connection"].sudo().with_context(active_test=False)
    connections.search([]).worker_cron_id.unlink()
    models = [
        model.model
        for model in _get_own_records(env, "ir.model")
        if model.model.startswith("qbo.")
    ]
    types = _get_own_records(env, "mail.activity.type")
    # Those that are done as well: they would keep their type from being deleted.
    env["mail.activity"].sudo().with_context(active_test=False).search(
        ["|", ("res_model", "in", models), ("activity_type_id", "in", types.ids)]
    ).unlink()
    env["mail.mail"].sudo().search([("model", "in", models)]).unlink()
    env["mail.message"].sudo().search([("model", "in", models)]).unlink()
    env["mail.followers"].sudo().search([("res_model", "in", models)]).unlink()
    env["ir.attachment"].sudo().search([("res_model", "in", models)]).unlink()
    env["ir.filters"].sudo().with_context(active_test=False).search(
        [("model_id", "in", models)]
    ).unlink()
    env["ir.exports"].sudo().search([("resource", "in", models)]).unlink()


def _get_own_records(env, model):
    """Return the records of a model that this addon brought along."""
    own = (
        env["ir.model.data"]
        .sudo()
        .search([("module", "=", "quickbooks_online"), ("model", "=", model)])
    )
    return env[model].sudo().browse(own.mapped("res_id")).exists()
