import os

from odoo import api, models
from odoo.tools import config

from ..tools.vault import Vault, load_keys


class QboVault(models.AbstractModel):
    """Encrypts and decrypts the secrets of the connections.

    The key lies outside the database: in the server's environment, in odoo.conf or
    in the data directory. What is derived from it is bound to this database's uuid,
    which changes when the database is duplicated: a copy can read no secret.
    """

    _name = "qbo.vault"
    _description = "QuickBooks Vault"

    @api.model
    def _get_vault(self, create=False):
        """Return the vault of this database.

        :param bool create: make a key if there is none anywhere; only for what is
            encrypted now, since a new key opens nothing that is stored
        :raise VaultError: there is no usable key
        """
        keys = load_keys(config["data_dir"], os.environ, config["config"], create)
        database_uuid = (
            self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        )
        return Vault(keys, database_uuid)

    @api.model
    def _describe_error(self, error):
        """Return what is wrong with the key, for the user.

        :param VaultError error:
        """
        texts = {
            "empty": self.env._("The encryption key is empty: %(place)s."),
            "short": self.env._(
                "The encryption key is shorter than %(length)s characters: %(place)s."
            ),
            "missing": self.env._("There is no encryption key: %(place)s is missing."),
            "unreadable": self.env._("The encryption key cannot be read: %(place)s."),
            "unwritable": self.env._(
                "The encryption key cannot be written: %(place)s."
            ),
            "unnamed": self.env._(
                "An encryption key and the database's uuid are needed."
            ),
            "foreign": self.env._(
                "What is stored cannot be decrypted: it was made with another key or "
                "in another database."
            ),
        }
        return texts[error.problem] % error.values

    @api.model
    def _encrypt(self, secret):
        return self._get_vault(create=True).encrypt(secret) if secret else False

    @api.model
    def _decrypt(self, ciphertext):
        return self._get_vault().decrypt(ciphertext) if ciphertext else False

    @api.model
    def _rotate(self, records, field_names):
        """Encrypt again, under the newest key, what an older key encrypted.

        :raise VaultError: a secret could not be read
        """
        vault = self._get_vault()
        for record in records:
            outdated = {
                name: vault.rotate(record[name])
                for name in field_names
                if record[name] and not vault.is_current(record[name])
            }
            if outdated:
                record.write(outdated)

    @api.model
    def _is_current(self, ciphertexts):
        """Tell whether all were encrypted with the newest key."""
        vault = self._get_vault()
        return all(vault.is_current(ciphertext) for ciphertext in ciphertexts)
