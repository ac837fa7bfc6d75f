"""Pushes in tests: documents, a connection that is ready, and a worker's run."""

from .documents import DocumentMixin


class OutboxMixin(DocumentMixin):
    """A connected company with documents to push."""

    def setUp(self):
        super().setUp()
        self.set_up_quickbooks()
        self.connection.approval_required = False

    def push(self, *records):
        """Queue records past the gate, and let the worker run.

        :return: the operations
        """
        operations = self.queue(*records)
        self.work()
        return operations

    def queue(self, *records):
        outbox = self.env["qbo.operation"]
        operations = outbox.union(
            *(outbox._enqueue(self.connection, record) for record in records)
        )
        self.env.flush_all()
        return operations

    def work(self, times=1):
        """Run the worker as its scheduled action does, everything due."""
        for _time in range(times):
            self.make_due()
            self.connection._run_worker()
            self.env.invalidate_all()

    def make_due(self):
        waiting = self.env["qbo.operation"].search([("next_attempt_at", "!=", False)])
        waiting.next_attempt_at = False
        self.env["qbo.governor"].search([]).state = {}
        self.env.flush_all()

    def get_objects(self, entity):
        """Return what QuickBooks has, deleted objects excepted."""
        realm = self.connection.realm_id
        return self.control("GET", f"objects/{realm}/{entity}")["objects"]

    def get_documents(self, record):
        """Return the objects of QuickBooks that carry a record's marker."""
        marker = record._qbo_get_marker()
        return [
            each
            for each in self.get_objects(record._qbo_get_entity())
            if marker in (each.get("PrivateNote") or "")
        ]

    def get_operation(self, record):
        return self.env["qbo.operation"]._get_last(record)[record.id]
