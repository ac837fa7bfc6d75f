"""Finishes the base database; run by `odoo shell`, which provides `env`."""

company = env.ref("base.main_company")  # noqa: F821
if not company.chart_template:
    env["account.chart.template"].try_loading(  # noqa: F821
        "generic_coa", company=company, install_demo=False
    )
env["ir.config_parameter"].set_param("web.base.url.freeze", "False")  # noqa: F821
env.cr.commit()  # noqa: F821
