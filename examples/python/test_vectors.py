"""Holds jetlock.py to the vectors that stand beside the protocol: python3 test_vectors.py VECTORS_OF_THE_WIRE VECTORS_OF_FRAMES"""
import json, sys
from pathlib import Path
from nacl.public import Box, PrivateKey, PublicKey
from nacl.signing import SigningKey
from jetlock import b64, fingerprint, frame, trusted_signer, unb64

wire, frames = (json.loads(Path(path).read_text()) for path in sys.argv[1:])

for case in frames:
    parts = [unb64(part["bytes"]) if isinstance(part, dict) else part for part in case["parts"]]
    assert b64(frame(case["domain"], *parts)) == case["frame"], case

signer = b64(bytes(SigningKey(unb64(wire["signingSeed"])).verify_key))
rotated = json.loads(wire["afterRotation"]["serviceKeys"])
assert trusted_signer(json.loads(wire["serviceKeys"]), signer) == signer
assert trusted_signer(rotated, signer) == trusted_signer(rotated, wire["afterRotation"]["between"]) == rotated["signer"]
for distrusted in (b64(bytes(32)), rotated["signer"]):
    try: trusted_signer(json.loads(wire["serviceKeys"]), distrusted)
    except ValueError: continue
    raise AssertionError("trusts a key that nobody vouched for")

box = Box(PrivateKey.from_seed(unb64(wire["sessionSeed"])), PublicKey(unb64(json.loads(wire["serviceKeys"])["key"])))
assert b64(box.shared_key()) == wire["sharedKey"]
for exchange in (*wire["requests"].values(), *wire["replies"].values()):
    message = json.loads(exchange["message"])
    assert box.encrypt(exchange["plain"].encode(), unb64(message["nonce"])).ciphertext == unb64(message["box"])

token = json.loads(wire["requests"]["register"]["plain"])["credential"]["token"]
registered = json.loads(wire["replies"]["registered"]["plain"])["result"]
assert registered["fingerprint"] == fingerprint(token)
print("all vectors hold")
