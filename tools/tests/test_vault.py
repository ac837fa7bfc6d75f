"""Keys and ciphertexts."""

import os
import pickle
import stat
import subprocess
import sys

import pytest
from conftest import ROOT
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_online.exceptions import VaultError
from quickbooks_online.tools.vault import Vault, load_keys

UUID = "3f2c9a6e-5c1f-4a55-9d5c-0f6b3a1e7d21"
OLD = "an older passphrase of forty characters!!"
NEW = "the newer passphrase of forty characters!"


class TestVault:
    @given(text=st.text(), lonely=st.sampled_from(["", "\ud800"]))
    def test_round_trip(self, text, lonely):
        vault = Vault([NEW], UUID)
        token = vault.encrypt(text + lonely)
        assert vault.decrypt(token) == text + lonely
        assert token.isascii() and token.isprintable()
        assert vault.is_current(token)

    def test_ciphertext_hides_and_differs(self):
        vault = Vault([NEW], UUID)
        first, second = vault.encrypt("secret"), vault.encrypt("secret")
        assert first != second
        assert "secret" not in first

    def test_a_fernet_key_is_a_key(self):
        vault = Vault([Fernet.generate_key().decode()], UUID)
        assert vault.decrypt(vault.encrypt("x")) == "x"

    def test_another_database_cannot_open_it(self):
        token = Vault([NEW], UUID).encrypt("x")
        with pytest.raises(VaultError):
            Vault([NEW], UUID.replace("3", "4")).decrypt(token)

    def test_rotation(self):
        token = Vault([OLD], UUID).encrypt("x")
        both = Vault([NEW, OLD], UUID)
        assert both.decrypt(token) == "x"
        assert not both.is_current(token)
        turned = both.rotate(token)
        assert both.is_current(turned)
        assert Vault([NEW], UUID).decrypt(turned) == "x"
        with pytest.raises(VaultError):
            Vault([OLD], UUID).decrypt(turned)

    @pytest.mark.parametrize("token", ["", "x", "é", None, False, b"x", "gAAAAA=="])
    def test_damage(self, token):
        vault = Vault([NEW], UUID)
        for operation in (vault.decrypt, vault.rotate):
            with pytest.raises(VaultError) as caught:
                operation(token)
            assert "another key" in str(caught.value)
            assert caught.value.__context__ is None
        assert not vault.is_current(token)

    def test_needs_key_and_database(self):
        for keys, uuid in (([], UUID), ([NEW], ""), ([NEW], False)):
            with pytest.raises(VaultError):
                Vault(keys, uuid)

    def test_handed_over(self):
        vault = Vault([NEW, OLD], UUID)
        other = Vault.restore(vault.hand_over())
        assert other.decrypt(vault.encrypt("x")) == "x"
        assert other.decrypt(Vault([OLD], UUID).encrypt("x")) == "x"
        assert Vault([NEW], UUID).decrypt(other.encrypt("x")) == "x"

    def test_what_is_handed_over_opens_this_database_only(self):
        handed_over = Vault([NEW], UUID).hand_over()
        assert NEW not in handed_over
        other = UUID.replace("3", "4")
        with pytest.raises(VaultError):
            Vault.restore(handed_over).decrypt(Vault([NEW], other).encrypt("x"))

    def test_gives_nothing_away(self):
        vault = Vault([NEW], UUID)
        assert NEW not in repr(vault)
        with pytest.raises(TypeError):
            pickle.dumps(vault)


class TestKeys:
    def write_config(self, folder, text):
        path = folder / "odoo.conf"
        path.write_text(text, "utf-8")
        return str(path)

    def test_order_of_the_places(self, tmp_path):
        config = self.write_config(
            tmp_path,
            f"[options]\ndb_name = x%y\n[quickbooks_online]\nencryption_key = {OLD}\n",
        )
        environ = {"QUICKBOOKS_ENCRYPTION_KEY": f"{NEW} , {OLD},"}
        assert load_keys(tmp_path, environ, config) == [NEW, OLD]
        assert load_keys(tmp_path, {}, config) == [OLD]
        environ = {"QUICKBOOKS_ENCRYPTION_KEY": "  "}
        assert load_keys(tmp_path, environ, config) == [OLD]
        assert not list(tmp_path.glob("*.key"))

    @pytest.mark.parametrize(
        "config",
        ["", "[options]\na = b\n", "[quickbooks_online]\n", None],
    )
    def test_made_once_in_the_data_directory(self, tmp_path, config):
        path = config is not None and self.write_config(tmp_path, config)
        data = tmp_path / "not" / "there" / "yet"
        keys = load_keys(data, {}, path)
        file = data / "quickbooks_online.key"
        assert keys == [file.read_text().strip()]
        assert len(keys[0]) >= 32
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert load_keys(data, {}, path) == keys
        assert [each.name for each in data.iterdir()] == [file.name]

    def test_config_that_is_not_there(self, tmp_path):
        assert load_keys(tmp_path, {}, str(tmp_path / "none.conf"))

    def test_not_made_unless_asked(self, tmp_path):
        with pytest.raises(VaultError) as caught:
            load_keys(tmp_path, {}, create=False)
        assert "is missing" in str(caught.value)
        assert not list(tmp_path.iterdir())

    def test_file_with_several_keys(self, tmp_path):
        file = tmp_path / "quickbooks_online.key"
        file.write_text(f"{NEW}\n\n{OLD}\n")
        file.chmod(0o600)
        assert load_keys(tmp_path, {}) == [NEW, OLD]

    @pytest.mark.parametrize("text", ["", "\n  \n", ",,"])
    def test_empty_file(self, tmp_path, text):
        (tmp_path / "quickbooks_online.key").write_text(text)
        with pytest.raises(VaultError) as caught:
            load_keys(tmp_path, {})
        assert "empty" in str(caught.value)

    def test_unreadable_file(self, tmp_path):
        (tmp_path / "quickbooks_online.key").mkdir()
        with pytest.raises(VaultError) as caught:
            load_keys(tmp_path, {})
        assert "cannot be read" in str(caught.value)
        (tmp_path / "quickbooks_online.key").rmdir()
        (tmp_path / "quickbooks_online.key").write_bytes(b"\xff\xfe" * 40)
        with pytest.raises(VaultError):
            load_keys(tmp_path, {})

    def test_directory_that_cannot_be_written(self, tmp_path):
        blocked = tmp_path / "file"
        blocked.write_text("")
        with pytest.raises(VaultError) as caught:
            load_keys(blocked / "data", {})
        assert "cannot be written" in str(caught.value)

    def test_short_key_is_refused_and_not_shown(self, tmp_path):
        for keys in ("short-secret", f"{NEW},short-secret"):
            with pytest.raises(VaultError) as caught:
                load_keys(tmp_path, {"QUICKBOOKS_ENCRYPTION_KEY": keys})
            assert "short-secret" not in str(caught.value)
            assert "32" in str(caught.value)

    def test_broken_config_is_not_shown(self, tmp_path):
        config = self.write_config(tmp_path, f"encryption_key {OLD}\n")
        with pytest.raises(VaultError) as caught:
            load_keys(tmp_path, {}, config)
        assert OLD not in str(caught.value)
        assert "odoo.conf" in str(caught.value)

    def test_open_file_is_reported(self, tmp_path, caplog):
        file = tmp_path / "quickbooks_online.key"
        file.write_text(NEW)
        file.chmod(0o644)
        assert load_keys(tmp_path, {}) == [NEW]
        assert "open to other users" in caplog.text
        assert NEW not in caplog.text

    @pytest.mark.parametrize("links", [True, False])
    def test_racing_processes_agree(self, tmp_path, links):
        """Eight processes ask at once; with and without hard links."""
        program = (
            "import sys, types, time, os\n"
            "package = types.ModuleType('quickbooks_online')\n"
            "package.__path__ = [sys.argv[1]]\n"
            "sys.modules['quickbooks_online'] = package\n"
            "from quickbooks_online.tools import vault\n"
            "def refuse(*_arguments):\n"
            "    raise OSError('no links')\n"
            "if sys.argv[4] == 'no':\n"
            "    os.link = refuse\n"
            "print('ready', flush=True)\n"
            "sys.stdin.readline()\n"
            "print(vault.load_keys(sys.argv[2], {})[0])\n"
        )
        arguments = [str(ROOT), str(tmp_path), "-", "yes" if links else "no"]
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", program, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            )
            for _number in range(6)
        ]
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        keys = {process.communicate(timeout=20)[0].strip() for process in processes}
        assert len(keys) == 1 and len(keys.pop()) >= 32
