"""The HTML pages of the simulator: consent, connection problem, control overview."""

from html import escape

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; background: #f4f5f8; color: #21262a;
       margin: 0; }
main { max-width: 30rem; margin: 4rem auto; background: #fff; padding: 2rem 2.5rem;
       border-radius: 8px; box-shadow: 0 2px 8px rgba(0, 0, 0, .12); }
main.wide { max-width: 62rem; margin: 2rem auto; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; }
label, select { display: block; width: 100%; box-sizing: border-box; }
select { padding: .5rem; font: inherit; margin: .3rem 0 1.2rem; }
.buttons { display: flex; gap: 1rem; justify-content: flex-end; margin-top: 1.5rem; }
button { font: inherit; padding: .5rem 1.4rem; border-radius: 4px; cursor: pointer;
         border: 1px solid #2ca01c; background: #2ca01c; color: #fff; }
button.quiet { background: #fff; color: #393a3d; border-color: #8d9096; }
.note { color: #6b6c72; font-size: .85rem; }
code, td { font-size: .9rem; }
td, th { text-align: left; padding: .25rem .8rem .25rem 0; vertical-align: top; }
"""


def _page(title, content, wide=False):
    kind = ' class="wide"' if wide else ""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main{kind}>{content}</main></body></html>\n"
    ).encode()


def _hidden(name, value):
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def consent(app, companies, parameters):
    """Return the page that asks a user to connect one of `companies` to `app`.

    A user with a single company sees its name and no picker, as at Intuit. The form
    posts every authorization parameter back with `realm_id` and `decision`.
    """
    hidden = "".join(_hidden(name, value) for name, value in parameters.items())
    if not companies:
        picker = "<p>You have no company to connect.</p>"
    elif len(companies) == 1:
        company = companies[0]
        picker = f"<p><strong>{escape(company.name)}</strong></p>" + _hidden(
            "realm_id", company.realm_id
        )
    else:
        options = "".join(
            f'<option value="{escape(company.realm_id)}">{escape(company.name)}'
            f" ({escape(company.country)})</option>"
            for company in companies
        )
        picker = (
            '<label for="realm_id">Company</label>'
            f'<select id="realm_id" name="realm_id">{options}</select>'
        )
    connect = (
        '<button type="submit" name="decision" value="connect">Connect</button>'
        if companies
        else ""
    )
    return _page(
        f"Connect {app.name} to QuickBooks",
        f"<h1>Connect {escape(app.name)} to QuickBooks</h1>"
        f"<p>{escape(app.name)} asks to read and change the accounting data of your "
        "company.</p>"
        f'<form method="post" action="/connect/oauth2">{hidden}{picker}'
        '<div class="buttons"><button class="quiet" type="submit" name="decision" '
        f'value="cancel">Cancel</button>{connect}</div></form>'
        '<p class="note">This is the Intuit simulator: no real company is behind it.'
        "</p>",
    )


def connection_problem(app_name, explanation):
    """Return Intuit's error page; the browser stays on it, nothing is redirected."""
    return _page(
        "Connection problem",
        "<h1>Uh oh, there's a connection problem</h1>"
        f"<p>Sorry, but {escape(app_name)} didn't connect. Please try again later, or "
        "contact customer support for help.</p>"
        f'<p class="note">{escape(explanation)}</p>',
    )


def overview(companies, apps, verbs):
    """Return the page at /_sim/: companies, apps and what the control API can do."""
    company_rows = "".join(
        f"<tr><td><code>{escape(company.realm_id)}</code></td>"
        f"<td>{escape(company.name)}</td><td>{escape(company.country)}</td>"
        f"<td>{escape(company.environment)}</td></tr>"
        for company in companies
    )
    app_rows = "".join(
        f"<tr><td><code>{escape(app.client_id)}</code></td><td>{escape(app.name)}</td>"
        f"<td>{escape(app.environment)}</td></tr>"
        for app in apps
    )
    verb_rows = "".join(
        f"<tr><td><code>{escape(what)}</code></td><td>{escape(does)}</td></tr>"
        for what, does in verbs
    )
    return _page(
        "Intuit simulator",
        "<h1>Intuit simulator</h1>"
        "<h2>Companies</h2><table><tr><th>Realm</th><th>Name</th><th>Country</th>"
        f"<th>Environment</th></tr>{company_rows}</table>"
        "<h2>Apps</h2><table><tr><th>Client id</th><th>Name</th><th>Environment</th>"
        f"</tr>{app_rows}</table>"
        f"<h2>Control</h2><table>{verb_rows}</table>"
        '<p class="note">The whole description is in README.md.</p>',
        wide=True,
    )


def gateway_error(status, title):
    """Return what a gateway answers before the service sees the request."""
    return (
        f"<html>\n<head><title>{status} {title}</title></head>\n<body>\n<center>"
        f"<h1>{status} {title}</h1></center>\n<hr><center>nginx</center>\n</body>\n"
        "</html>\n"
    ).encode()
