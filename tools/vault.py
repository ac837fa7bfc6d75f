"""Encryption at rest: where the key comes from, and the locks made of it.

The key never lies in the database. What is stored is bound to the database as
well: a copy with another `database.uuid` cannot open it.
"""

import configparser
import logging
import os
import secrets
import stat
import time
from base64 import urlsafe_b64encode
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .. import const
from ..exceptions import VaultError

_logger = logging.getLogger(__name__)


def load_keys(data_dir, environ=None, config_path=None, create=True):
    """The encryption keys, the current one first.

    Looked for in this order: QUICKBOOKS_ENCRYPTION_KEY in the environment,
    `encryption_key` in section [quickbooks_online] of odoo.conf, the file
    quickbooks_online.key in the data directory. Several are separated by
    commas (in the file also by lines): the first encrypts, all decrypt.

    :param data_dir: Odoo's data directory
    :param environ: mapping, the server's environment by default
    :param config_path: path of odoo.conf, or None
    :param create: make the file when there is no key anywhere
    :return: list of str, each at least 32 characters long
    :raises VaultError: no key, or one that cannot be used
    """
    environ = os.environ if environ is None else environ
    text = environ.get(const.ENCRYPTION_KEY_VARIABLE) or ""
    if text.strip():
        return _split(text, const.ENCRYPTION_KEY_VARIABLE)
    text = _read_config(config_path)
    if text.strip():
        return _split(text, f"encryption_key in {config_path}")
    path = Path(data_dir) / const.ENCRYPTION_KEY_FILE
    if create and not path.exists():
        _create_file(path)
    return _split(_read_file(path), str(path))


def _split(text, origin):
    keys = [key.strip() for line in text.splitlines() for key in line.split(",")]
    keys = [key for key in keys if key]
    if not keys:
        raise VaultError("empty", origin)
    if any(len(key) < const.ENCRYPTION_KEY_MINIMUM_LENGTH for key in keys):
        raise VaultError("short", origin)
    return keys


def _read_config(path):
    if not path:
        return ""
    # strict=False: Odoo itself tolerates an option that stands there twice.
    parser = configparser.RawConfigParser(strict=False)
    try:
        with open(path, encoding="utf-8") as stream:
            parser.read_file(stream)
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError, configparser.Error):
        # The text of a parsing error holds the line, and with it perhaps a key.
        raise VaultError("unreadable", str(path)) from None
    return parser.get(
        const.ENCRYPTION_CONFIG_SECTION, const.ENCRYPTION_CONFIG_OPTION, fallback=""
    )


def _read_file(path):
    # Where the file system knows no hard links, the process that makes the
    # file may still be writing: look again for a moment.
    for _attempt in range(10):
        text = _read_once(path)
        if text.strip():
            return text
        time.sleep(0.02)
    raise VaultError("empty", str(path))


def _read_once(path):
    try:
        mode = path.stat().st_mode
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise VaultError("missing", str(path)) from None
    except (OSError, UnicodeDecodeError):
        raise VaultError("unreadable", str(path)) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        _logger.warning("The encryption key file is open to other users: %s", path)
    return text


def _create_file(path):
    """Make the key file, once: racing processes all find the same key."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write_new(draft)
            _publish(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise VaultError("unwritable", f"{path} ({error.strerror})") from error


def _write_new(path):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(Fernet.generate_key().decode("ascii") + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def _publish(draft, path):
    """Give the finished draft its name, unless another process was first."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError:
        # No hard links here (some network and container file systems).
        try:
            _write_new(path)
        except FileExistsError:
            return


class Vault:
    """Encrypts and decrypts texts for one database.

    :param keys: as `load_keys` gives them
    :param database_uuid: Odoo's `database.uuid`
    """

    def __init__(self, keys, database_uuid):
        if not keys or not database_uuid:
            raise VaultError("unnamed")
        self._take([_derive(key, database_uuid) for key in keys])

    @classmethod
    def restore(cls, derived_keys):
        """The vault again whose `hand_over` gave this list."""
        vault = cls.__new__(cls)
        vault._take([key.encode("ascii") for key in derived_keys])
        return vault

    def hand_over(self):
        """What another process of ours needs to open what this vault opens.

        :return: list of str, as secret as the keys; but of this database only
        """
        return [key.decode("ascii") for key in self._derived_keys]

    def _take(self, derived_keys):
        self._derived_keys = derived_keys
        locks = [Fernet(key) for key in derived_keys]
        self._current = locks[0]
        self._locks = MultiFernet(locks)

    def __reduce_ex__(self, protocol):
        raise TypeError("A Vault is not to be pickled.")

    def encrypt(self, text):
        """The text under the current key, as printable ASCII."""
        return self._locks.encrypt(_to_bytes(text)).decode("ascii")

    def decrypt(self, token):
        """The text again.

        :raises VaultError: made with another key, in another database, or damaged
        """
        plain = _attempt(self._locks.decrypt, token)
        return plain.decode("utf-8", "surrogatepass")

    def rotate(self, token):
        """The same text under the current key.

        :raises VaultError: as `decrypt`
        """
        return _attempt(self._locks.rotate, token).decode("ascii")

    def is_current(self, token):
        """True when the current key opens it; False also for what none opens."""
        try:
            _attempt(self._current.decrypt, token)
        except VaultError:
            return False
        return True


def _attempt(operation, token):
    try:
        return operation(token.encode("ascii"))
    except (InvalidToken, AttributeError, UnicodeEncodeError, TypeError):
        pass
    raise VaultError("foreign")


def _to_bytes(text):
    return text.encode("utf-8", "surrogatepass")


def _derive(key, database_uuid):
    """HKDF-SHA256 of the key text, bound to the database."""
    kdf = HKDF(
        algorithm=SHA256(),
        length=32,
        salt=None,
        info=b"quickbooks_online:" + str(database_uuid).encode(),
    )
    return urlsafe_b64encode(kdf.derive(_to_bytes(key.strip())))
