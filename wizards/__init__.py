from . import qbo_connection_sever
from . import qbo_document_reject
