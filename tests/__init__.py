from . import test_connect
from . import test_governor
from . import test_oauth_pages
from . import test_preflight
from . import test_processes
from . import test_reference
from . import test_refresh
from . import test_secrets
