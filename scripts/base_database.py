"""Finishes the base database; run by `odoo shell`, which provides `env`."""
# pylint: disable=undefined-variable

company = env.ref("base.main_company")
if not company.chart_template:
    env["account.chart.template"].try_loading(
        "generic_coa", company=company, install_demo=False
    )
env.cr.commit()
