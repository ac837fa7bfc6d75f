def uninstall_hook(env):
    """Leave nothing of ours behind that Odoo does not remove by itself.

    Odoo drops our tables, columns, groups and the scheduled actions it installed. What
    it keeps are the workers of the connections, and the activities, attachments and
    queued e-mails that point at records of tables which are gone, and they would
    break the pages of the people they belong to.
    """
    connections = env["qbo.connection"].sudo().with_context(active_test=False)
    connections.search([]).worker_cron_id.unlink()
    own = (
        env["ir.model.data"]
        .sudo()
        .search([("module", "=", "quickbooks_online"), ("model", "=", "ir.model")])
    )
    models = [
        model.model
        for model in env["ir.model"].sudo().browse(own.mapped("res_id"))
        if model.model.startswith("qbo.")
    ]
    env["mail.activity"].sudo().with_context(active_test=False).search(
        [("res_model", "in", models)]
    ).unlink()
    env["mail.mail"].sudo().search([("model", "in", models)]).unlink()
    env["mail.message"].sudo().search([("model", "in", models)]).unlink()
    env["mail.followers"].sudo().search([("res_model", "in", models)]).unlink()
    env["ir.attachment"].sudo().search([("res_model", "in", models)]).unlink()
