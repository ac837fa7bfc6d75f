"""OpenID: the user behind every consent, and id tokens signed with RS256.

The key is made when it is first needed, in plain Python: nothing secret is stored and
no cryptography package is required. It is fit for a simulator, for nothing else.
"""

import base64
import functools
import hashlib
import json
import random
import secrets
import threading
from dataclasses import dataclass

KEY_BITS = 2048
_KEY_LOCK = threading.Lock()
EXPONENT = 65537
LIFE_SECONDS = 3600
SMALL_PRIMES = [
    p for p in range(3, 2000, 2) if all(p % d for d in range(3, int(p**0.5) + 1, 2))
]
# ASN.1 prefix of a SHA-256 digest in a PKCS #1 v1.5 signature (RFC 8017, 9.2).
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def _is_prime(number, rounds=24):
    if any(number % prime == 0 for prime in SMALL_PRIMES):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(rounds):
        witness = pow(random.randrange(2, number - 1), odd, number)
        if witness in (1, number - 1):
            continue
        for _ in range(twos - 1):
            witness = pow(witness, 2, number)
            if witness == number - 1:
                break
        else:
            return False
    return True


def _make_prime(bits):
    while True:
        candidate = secrets.randbits(bits) | (3 << (bits - 2)) | 1
        if (candidate - 1) % EXPONENT and _is_prime(candidate):
            return candidate


def _encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _encode_number(number):
    return _encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _encode_json(value):
    return _encode(json.dumps(value, separators=(",", ":")).encode())


@functools.cache
def _make_key():
    """Return modulus and private exponent; one key serves the whole process."""
    first, second = _make_prime(KEY_BITS // 2), _make_prime(KEY_BITS // 2)
    return first * second, pow(EXPONENT, -1, (first - 1) * (second - 1))


def _key():
    with _KEY_LOCK:
        return _make_key()


class Signer:
    """Signs with a key that is made on first use."""

    def __init__(self):
        self.key_id = f"OPENID-{secrets.token_hex(8)}"

    def public_keys(self):
        """Return the key set (JWKS) of the issuer."""
        modulus, _ = _key()
        key = {
            "kty": "RSA",
            "e": _encode_number(EXPONENT),
            "use": "sig",
            "kid": self.key_id,
            "alg": "RS256",
            "n": _encode_number(modulus),
        }
        return {"keys": [key]}

    def sign(self, claims):
        """Return the claims as a signed JSON Web Token."""
        modulus, private = _key()
        header = _encode_json({"kid": self.key_id, "alg": "RS256"})
        signed = f"{header}.{_encode_json(claims)}"
        size = (modulus.bit_length() + 7) // 8
        digest = SHA256_PREFIX + hashlib.sha256(signed.encode()).digest()
        padding = b"\xff" * (size - len(digest) - 3)
        block = int.from_bytes(b"\x00\x01" + padding + b"\x00" + digest, "big")
        signature = pow(block, private, modulus).to_bytes(size, "big")
        return f"{signed}.{_encode(signature)}"


@dataclass
class User:
    """The one person who consents to everything."""

    subject: str = "00000000-0000-4000-8000-000000000001"
    email: str = "bookkeeper@example.com"
    given_name: str = "John"
    family_name: str = "Doe"
    phone: str = "+1 5550100"

    def claims(self, scopes):
        """Return what the scopes allow to know, as userinfo prints it."""
        claims = {"sub": self.subject}
        if "profile" in scopes:
            claims["givenName"] = self.given_name
            claims["familyName"] = self.family_name
        if "email" in scopes:
            claims["email"] = self.email
            claims["emailVerified"] = True
        if "phone" in scopes:
            claims["phoneNumber"] = self.phone
            claims["phoneNumberVerified"] = False
        return claims


def make_id_token(signer, grant, issuer, now):
    """Return the id token of a grant; `now` is an aware datetime."""
    issued_at = int(now.timestamp())
    claims = {
        "sub": User.subject,
        "aud": [grant.client_id],
        "iss": issuer,
        "exp": issued_at + LIFE_SECONDS,
        "iat": issued_at,
        "auth_time": issued_at,
    }
    if grant.realm_id:
        claims["realmid"] = grant.realm_id
    return signer.sign(claims)
