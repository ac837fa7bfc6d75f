from . import qbo_connection_sever
