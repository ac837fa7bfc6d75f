from odoo import models


class QboConnection(models.Model):
    """The worker also counts and loads first loads, a chunk between two rounds."""

    _inherit = "qbo.connection"

    def _has_work(self):
        return super()._has_work() or bool(
            self.env["qbo.first.load"].sudo()._find_under_way(self)
        )

    def _work_once(self, client, pace):
        # One piece of each: neither keeps the other waiting.
        is_loading = self._do_first_loads(client)
        return super()._work_once(client, pace) or is_loading

    def _do_first_loads(self, client):
        """Do the next piece of counting or loading; return whether there was any."""
        with self._work() as operations:
            load_id = operations.env["qbo.first.load"]._find_under_way(self).id
        return bool(load_id) and self.env["qbo.first.load"]._work_on(
            self, load_id, client
        )

    def _drop_links(self):
        result = super()._drop_links()
        # What was counted was counted in the company that is forgotten now.
        loads = self.env["qbo.first.load"].sudo()
        loads.search(
            [("connection_id", "=", self.id), ("state", "!=", "done")]
        )._start_over()
        return result
