#!/usr/bin/env python3
"""Proves an exported audit log by its written format alone (sealed-log.md), without any of Madang's code.

    python verify_sealed_log.py FILE [NUMBER:HEAD]

Needs Python 3.9 and the package "cryptography". NUMBER:HEAD is a head that was noted before. Exit code 1 if anything
does not hold. The public keys in the file should be compared with those that the operator published.
"""

import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + root(leaves[:half]) + root(leaves[half:])).digest()


def main(file, expected=""):
    keys, seals, findings = {}, [], []
    with open(file, "rb") as lines:
        for line in lines:
            line = line.rstrip(b"\n")
            value = json.loads(line)
            if isinstance(value, list):
                seals[-1][2].append((value[0], hashlib.sha256(b"\x00" + line).digest()))
            elif "seal" in value:
                seals.append((value["seal"], value["signature"], []))
            else:
                public = bytes.fromhex(value["public"])
                keys[hashlib.sha256(public).hexdigest()[:16]] = Ed25519PublicKey.from_public_bytes(public)
    previous, heads = "00" * 32, set()
    for number, (seal, signature, records) in enumerate(seals, 1):
        ids = [one[0] for one in records]
        if seal["number"] != number or seal["previous"] != previous:
            findings.append(f"seal {seal['number']} does not follow the one before it")
        try:
            keys[seal["key"]].verify(bytes.fromhex(signature), canonical(seal))
        except (KeyError, InvalidSignature):
            findings.append(f"seal {seal['number']}: its signature is not good")
        if ids != sorted(set(ids)) or (len(ids), ids[:1], ids[-1:]) != (seal["count"], [seal["first"]], [seal["last"]]):
            findings.append(f"seal {seal['number']}: records are missing, added or out of order")
        elif root([one[1] for one in records]).hex() != seal["root"]:
            findings.append(f"seal {seal['number']}: a record was changed")
        previous = hashlib.sha256(canonical(seal)).hexdigest()
        heads.add(f"{number}:{previous}")
    if expected and expected not in heads:
        findings.append(f"{expected} is not in the log: it was cut off, or made anew")
    print(*findings, sep="\n")
    print(f"{sum(len(one[2]) for one in seals)} records under {len(seals)} seals, {len(findings)} findings.")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
