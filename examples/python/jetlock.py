#!/usr/bin/env python3
"""A client of Jetlock in Python, from docs/reference/protocol.md alone: NATS as lines on a socket, libsodium by PyNaCl.

    jetlock.py register                   makes a token in JETLOCK_TOKEN_FILE if there is none, and prints its fingerprint
    jetlock.py get PATH... [--wait 60]    writes the values to stdout, one after the other, exactly as they were set

Reads JETLOCK_NATS, JETLOCK_NKEY, JETLOCK_INBOX_PREFIX, JETLOCK_SERVICE, JETLOCK_TOKEN_FILE, JETLOCK_SIGNING_KEY.
"""
import base64, binascii, hashlib, json, os, secrets, socket, struct, sys, time
from contextlib import suppress
from itertools import dropwhile
from nacl.encoding import RawEncoder
from nacl.hash import blake2b
from nacl.public import Box, PrivateKey, PublicKey
from nacl.signing import SigningKey, VerifyKey

def b64(data): return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
def unb64(text): return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
def now(): return int(time.time() * 1000)
def packed(value): return json.dumps(value, separators=(",", ":")).encode()

def frame(*parts):
    as_bytes = lambda part: part if isinstance(part, bytes) else part.encode() if isinstance(part, str) else struct.pack(">Q", part)
    return b"".join(struct.pack(">I", len(data)) + data for data in map(as_bytes, parts))

def fingerprint(token):
    digest = blake2b(frame("jetlock credential v1", "token", hashlib.sha256(token.encode()).digest()), digest_size=32, encoder=RawEncoder)
    bits = int.from_bytes(digest, "big") >> (256 - 130)
    text = "".join("0123456789abcdefghjkmnpqrstvwxyz"[bits >> shift & 31] for shift in range(125, -1, -5))
    return "-".join([text[0:5], text[5:9], text[9:13], text[13:17], text[17:21], text[21:26]])

class Refused(Exception): """Its argument is the refusal."""

class Nats:
    """As much of NATS as it takes: https://docs.nats.io/reference/reference-protocols/nats-protocol"""
    def __init__(self, url, seed=None, inbox="_INBOX"):
        host, port = url.split("//")[-1].rsplit(":", 1)
        self.socket, self.buffer = socket.create_connection((host, int(port)), timeout=5), b""
        options = {"verbose": False, "pedantic": False, "lang": "python", "version": "0", "protocol": 1}
        info = json.loads(self.read(5)[0].split(b" ", 1)[1])
        if seed is not None:  # an nkey: base32 of two bytes, the seed and a checksum
            key = SigningKey(base64.b32decode(seed + "=" * (-len(seed) % 8))[2:34])
            public = bytes([20 << 3]) + bytes(key.verify_key)  # 20 << 3: a user, so that it begins with U
            options["nkey"] = base64.b32encode(public + struct.pack("<H", binascii.crc_hqx(public, 0))).rstrip(b"=").decode()
            options["sig"] = b64(key.sign(info["nonce"].encode()).signature)
        self.send(b"CONNECT " + packed(options) + b"\r\nPING")
        while self.read(5)[0] != b"PONG": pass
        self.inbox, self.requests = f"{inbox}.{secrets.token_hex(11)}", 0
        self.send(f"SUB {self.inbox}.* 1".encode())
    def send(self, line):
        self.socket.settimeout(5)
        self.socket.sendall(line + b"\r\n")
    def read(self, seconds):
        """The next line of the protocol, with the payload behind it if it is a message; TimeoutError if there is none."""
        end = time.monotonic() + seconds
        while True:
            line, found, rest = self.buffer.partition(b"\r\n")
            size = int(line.split()[-1]) + 2 if line.startswith(b"MSG ") else 0
            if found and len(rest) >= size:
                self.buffer = rest[size:]
                if line.startswith(b"-ERR"): raise ConnectionError(line.decode())
                if line == b"PING": self.send(b"PONG")
                return line, rest[:max(size - 2, 0)]
            self.socket.settimeout(max(end - time.monotonic(), 0.001))
            data = self.socket.recv(65536)
            if not data: raise ConnectionError("NATS is gone")
            self.buffer += data
    def message(self, subject, seconds):
        """The payload of the next message on a subject; others are dropped."""
        end = time.monotonic() + seconds
        while not (got := self.read(end - time.monotonic()))[0].startswith(f"MSG {subject} ".encode()): pass
        return got[1]
    def request(self, subject, payload):
        self.requests += 1
        reply = f"{self.inbox}.{self.requests}"
        self.send(f"PUB {subject} {reply} {len(payload)}".encode() + b"\r\n" + payload)
        return json.loads(self.message(reply, 5))

def trusted_signer(keys, trusted):
    """The key to trust from now on, which must be the signer's; raises BadSignatureError or ValueError."""
    for link in dropwhile(lambda link: link["older"] != trusted, keys["chain"]):
        if link["older"] != trusted: raise ValueError("the chain of signing keys is broken")
        VerifyKey(unb64(trusted)).verify(frame("jetlock signing key v1", unb64(link["newer"])), unb64(link["signature"]))
        trusted = link["newer"]
    if keys["signer"] != trusted: raise ValueError("not the service that JETLOCK_SIGNING_KEY names")
    signed = frame("jetlock box key v1", keys["keyring"], keys["kid"], unb64(keys["key"]), keys["notBefore"], keys["notAfter"])
    VerifyKey(unb64(trusted)).verify(signed, unb64(keys["signature"]))
    return trusted

class Jetlock:
    def __init__(self, nats, service, token, signer):
        self.nats, self.service, self.token, self.signer, self.session, self.keys = nats, service, token, signer, PrivateKey.generate(), None
    def open(self):
        keys = self.nats.request("secrets.keys", b"{}")
        self.signer = trusted_signer(keys, self.signer)
        if not keys["notBefore"] - 60_000 <= now() < keys["notAfter"]: raise ValueError("the service's key is not valid now")
        self.keys, self.box = keys, Box(self.session, PublicKey(unb64(keys["key"])))
    def ask(self, operation, body, again=True):
        if self.keys is None or now() >= self.keys["notAfter"]: self.open()
        subject, id = f"secrets.{operation}.{self.service}", b64(secrets.token_bytes(16))
        plain = {"v": 1, "type": "req", "subject": subject, "service": self.service, "id": id, "time": now(),
                 "client": {"name": "jetlock.py", "version": "1"}, "credential": {"kind": "token", "token": self.token},
                 "body": packed(body).decode(), "enclosed": None}
        sealed = self.box.encrypt(packed(plain))
        message = {"v": 1, "kid": self.keys["kid"], "from": b64(bytes(self.session.public_key)), "nonce": b64(sealed.nonce), "box": b64(sealed.ciphertext)}
        reply = self.nats.request(subject, packed(message))
        if "box" not in reply:  # anyone could have sent it: it was not answered, and that is all
            if not again: raise ConnectionError("the service does not answer: " + reply["refusal"]["message"])
            if reply["refusal"]["code"] == "wrong_box_key": self.keys = None
            return self.ask(operation, body, False)
        inner = json.loads(self.box.decrypt(unb64(reply["box"]), unb64(reply["nonce"])))
        if [inner[name] for name in ("type", "subject", "service", "id")] != ["rep", subject, self.service, id]: raise ValueError("another answer")
        if inner["refusal"] is not None: raise Refused(inner["refusal"])
        return inner["result"]
    def register(self):
        reply = self.ask("register", {"service": self.service, "kind": "token", "serviceVersion": None})
        if reply["fingerprint"] != fingerprint(self.token): raise ValueError("the service has another fingerprint")
        return reply["status"]
    def get(self, paths):  # values by path; None for what is refused
        values = {}
        while paths:
            reply = self.ask("get", {"paths": [{"path": path, "description": None, "format": None, "pattern": None} for path in paths[:64]], "offline": False})
            values |= {got["path"]: unb64(got["value"]) if got["outcome"] == "value" else None for got in reply["results"]}
            paths = reply["more"] + paths[64:]
        return values
    def wait_for(self, paths, seconds):
        end, notices = time.monotonic() + seconds, f"secrets.notify.{self.service}"
        self.nats.send(f"SUB {notices} 2".encode())
        while True:
            try:
                values = self.get(paths)
                if None not in values.values(): return values
            except Refused as refused:
                if refused.args[0]["code"] != "credential_pending": raise
            if time.monotonic() >= end: raise TimeoutError("nobody approved it in time")
            with suppress(TimeoutError): self.nats.message(notices, min(15, end - time.monotonic()))  # notices can be lost

def main(verb, *rest):
    env, seconds = os.environ, float(rest[rest.index("--wait") + 1]) if "--wait" in rest else 0
    seed = open(env["JETLOCK_NKEY"]).read().strip() if "JETLOCK_NKEY" in env else None
    token_file = env["JETLOCK_TOKEN_FILE"]
    if not os.path.exists(token_file):
        with open(os.open(token_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file: file.write("jlt_" + b64(secrets.token_bytes(32)))
    token = open(token_file).read()
    nats = Nats(env["JETLOCK_NATS"], seed, env.get("JETLOCK_INBOX_PREFIX", "_INBOX"))
    jetlock = Jetlock(nats, env["JETLOCK_SERVICE"], token, env["JETLOCK_SIGNING_KEY"])
    if verb == "register": return print(jetlock.register(), fingerprint(token))
    sys.stdout.buffer.write(b"".join(jetlock.wait_for([path for path in rest if "/" in path], seconds).values()))

if __name__ == "__main__": main(*sys.argv[1:])
