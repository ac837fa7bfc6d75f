"""One Odoo process of the tests in test_processes.py.

Started as a script: ``process_worker.py CONFIGURATION DATABASE``. Reads an order per
line, writes an answer per line.
"""

import hashlib
import sys

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry


def _hash(token):
    return hashlib.sha256(token.encode()).hexdigest()


def _get_token(env, connection_id):
    connection = env["qbo.connection"].browse(connection_id)
    return _hash(env["qbo.grant"]._get_access_token(connection))


def _order_token(env, connection_id):
    """Answer with the hash of a token that is good to use."""
    return _get_token(env, connection_id)


def _order_token_without_agent(env, connection_id):
    """As ``token``, on a server that can start no further process."""
    sys.executable = "/missing/python3"
    return _get_token(env, connection_id)


def _order_rollback(env, connection_id):
    """Get a token within a transaction that is rolled back afterwards."""
    env["res.partner"].create({"name": "never seen"})
    token = _get_token(env, connection_id)
    env.cr.rollback()
    return token


def _order_rollback_without_agent(env, connection_id):
    sys.executable = "/missing/python3"
    return _order_rollback(env, connection_id)


def _order_call(env, connection_id):
    """Read the company; answer with its name or the state of the connection."""
    connection = env["qbo.connection"].browse(connection_id)
    try:
        return connection._call(lambda client: client.get_company_info())["CompanyName"]
    except Exception as error:
        env.cr.rollback()
        connection.invalidate_recordset()
        return f"{type(error).__name__} {connection.state} {connection.suspend_reason}"


def _order_authorize(env, connection_id):
    """Click Connect; answer with the address of Intuit's consent page."""
    return env["qbo.connection"].browse(connection_id).action_connect()["url"]


def _order_complete(env, connection_id, code, realm_id, state):
    """Come back from Intuit; answer with the state of the connection."""
    connection = env["qbo.connection"]._consume_oauth_state(state)
    if connection.id != connection_id:
        return "not this connection's state"
    connection._complete_connection(code, realm_id)
    return "completed"


def _order_click(env, connection_id, button):
    """Click a button of the connection; answer with the button."""
    getattr(env["qbo.connection"].browse(connection_id), button)()
    return button


def _order_message(env, connection_id, button):
    """Click a button of the connection; answer with what it says."""
    answer = getattr(env["qbo.connection"].browse(connection_id), button)()
    return answer["params"]["message"]


def _order_read_items(env, connection_id):
    """Read products from the screen of mappings; answer with what it says."""
    mappings = env["qbo.mapping"].with_context(default_connection_id=connection_id)
    return mappings.action_read_items()["params"]["message"]


def _order_lists(env, connection_id):
    """Read QuickBooks' lists; answer with the number of records."""
    connection = env["qbo.connection"].browse(connection_id)
    return str(connection._call(connection._read_references))


def _order_take(env, connection_id):
    """Take a turn of the governor; answer with the seconds to wait."""
    connection = env["qbo.connection"].browse(connection_id)
    return str(env["qbo.governor"]._take(connection, "request"))


def _order_suspended_connection(env, _connection_id):
    """Make a connection that leaves traces everywhere: chatter, mail, activities.

    People left some as well: an approval that is done, a search and an export that
    were kept.
    """
    number = env["res.company"].search_count([])
    company = env["res.company"].create({"name": f"Company {number}"})
    env.ref("base.user_admin").company_ids += company
    connection = env["qbo.connection"].create(
        {"company_id": company.id, "state": "connected", "client_id": "any"}
    )
    env["ir.attachment"].create(
        {"name": "note", "res_model": connection._name, "res_id": connection.id}
    )
    env["ir.filters"].create({"name": "mine", "model_id": connection._name})
    env["ir.exports"].create({"name": "mine", "resource": connection._name})
    order = env["sale.order"].create({"partner_id": company.partner_id.id})
    order.activity_schedule(
        "quickbooks_online.mail_activity_type_approval"
    ).action_feedback()
    connection.env.cr.commit()
    connection._suspend("grant")
    return connection.state


def _operate(env, operation, state):
    module = env["ir.module.module"].search([("name", "=", "quickbooks_online")])
    getattr(module, f"button_immediate_{operation}")()
    return state


def _order_uninstall(env, _connection_id):
    return _operate(env, "uninstall", "uninstalled")


def _order_upgrade(env, _connection_id):
    return _operate(env, "upgrade", "upgraded")


def _order_install(env, _connection_id):
    return _operate(env, "install", "installed")


ORDERS = {
    "suspended_connection": _order_suspended_connection,
    "uninstall": _order_uninstall,
    "install": _order_install,
    "upgrade": _order_upgrade,
    "token": _order_token,
    "token_without_agent": _order_token_without_agent,
    "rollback": _order_rollback,
    "rollback_without_agent": _order_rollback_without_agent,
    "call": _order_call,
    "authorize": _order_authorize,
    "complete": _order_complete,
    "click": _order_click,
    "lists": _order_lists,
    "message": _order_message,
    "read_items": _order_read_items,
    "take": _order_take,
}


def _run(database, order, connection_id, *arguments):
    # Installing or uninstalling puts another registry in the place of this one.
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        try:
            return ORDERS[order](env, int(connection_id), *arguments)
        except Exception as error:
            cr.rollback()
            return f"{type(error).__name__}: {error}".replace("\n", " ")


def main(configuration, database):
    arguments = ["-c", configuration] if configuration else []
    odoo.tools.config.parse_config([*arguments, "-d", database, "--no-http"])
    Registry(database)
    for line in sys.stdin:
        sys.stdout.write(_run(database, *line.split()) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
