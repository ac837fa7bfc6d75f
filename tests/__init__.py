from . import test_connect
from . import test_refresh
from . import test_secrets
