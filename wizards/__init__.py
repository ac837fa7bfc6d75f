from . import base_partner_merge
from . import qbo_connection_sever
from . import qbo_document_reject
from . import qbo_operation_resolve
from . import qbo_document_preview
from . import qbo_payment_ignore
from . import qbo_payment_match
from . import qbo_payment_match_exact
