{
    "name": "QuickBooks Online",
    "summary": "What finance approved lands in QuickBooks Online, exactly once",
    "version": "19.0.1.1.0",
    "category": "Accounting/Accounting",
    "author": "QuickBooks Online for Odoo maintainers",
    "license": "LGPL-3",
    "application": True,
    "depends": ["account", "mail", "sale"],
    "external_dependencies": {
        "python": [
            "python-quickbooks",
            "intuit-oauth",
            "cryptography",
        ],
        "apt": {"cryptography": "python3-cryptography"},
    },
    "data": [
        "security/quickbooks_online_groups.xml",
        "security/ir.model.access.csv",
        "security/quickbooks_online_rules.xml",
        "data/mail_activity_type_data.xml",
        "data/mail_template_data.xml",
        "data/ir_cron_data.xml",
        "wizards/qbo_connection_sever_views.xml",
        "views/qbo_call_views.xml",
        "views/qbo_reference_views.xml",
        "views/qbo_mapping_views.xml",
        "views/qbo_connection_views.xml",
        "views/oauth_templates.xml",
        "views/quickbooks_online_menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "quickbooks_online/static/src/**/*",
        ],
        "web.assets_tests": [
            "quickbooks_online/static/tests/tours/**/*",
        ],
    },
    "uninstall_hook": "uninstall_hook",
}
