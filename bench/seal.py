"""How long sealing takes in the browser and opening in Python: python bench/seal.py [--json].

The yardstick of the run is plain AES-256-GCM over the same bytes in Python: what no seal can beat.
Needs Chromium and the vendor scripts (`make setup`).
"""

import argparse
import json
import os
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pazar.market.bids.rules import envelope, holders, opening, personal_key
from pazar.market.bids.tests import factories
from pazar.market.bids.tests.browser import workshop

CENTRE = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
SEAL = """async ([list, centreKey, binding, size, times]) => {
  const holders = await readHolders(bytes(list), { centreKey: bytes(centreKey) });
  const content = new Uint8Array(size);
  const took = [];
  let envelope;
  for (let time = 0; time < times; time += 1) {
    const from = performance.now();
    envelope = await sealEnvelope({ binding, holders, content });
    took.push(performance.now() - from);
  }
  return { took, envelope: hex(envelope) };
}"""
KEY_FILE = """async (passphrase) => {
  const pair = await makePair();
  const from = performance.now();
  const file = await lockPair(pair, { passphrase });
  return { took: performance.now() - from, file: hex(file) };
}"""
CASES = ((1, 1, 500), (2, 2, 500), (5, 3, 500), (2, 2, 8 * 1024 * 1024))


def milliseconds(call, times: int = 7) -> float:
    took = []
    for _ in range(times):
        start = perf_counter()
        call()
        took.append((perf_counter() - start) * 1000)
    return round(median(took), 2)


def measure() -> dict[str, object]:
    rows = []
    with workshop.page() as page:
        for count, threshold, size in CASES:
            list_ = factories.make_holders(count=count, threshold=threshold)
            binding = factories.make_binding()
            plain = {name: str(getattr(binding, name)) for name in ("procedure", "bidder", "bid")}
            plain |= {"version": binding.version, "lot": binding.lot, "kind": binding.kind.value}
            document = holders.sign(list_, key=CENTRE).document.hex()
            centre = CENTRE.public_key().public_bytes_raw().hex()
            times = 9 if size < 1_000_000 else 3
            sealed = page.evaluate(SEAL, [document, centre, plain, size, times])
            data = bytes.fromhex(sealed["envelope"])
            rows.append(
                {
                    "holders": f"{threshold} of {count}",
                    "content_bytes": size,
                    "envelope_bytes": len(data),
                    "browser_seal_first_ms": round(sealed["took"][0], 1),
                    "browser_seal_ms": round(median(sealed["took"][1:]), 1),
                    **python_times(data, threshold),
                }
            )
        key_file = page.evaluate(KEY_FILE, "парола за ключа № 1")
    file = bytes.fromhex(key_file["file"])
    return {
        "envelopes": rows,
        "key_file": {
            "browser_lock_ms": round(key_file["took"], 1),
            "python_unlock_ms": milliseconds(lambda: personal_key.unlock(file, passphrase="парола за ключа № 1"), 3),
        },
    }


def python_times(data: bytes, threshold: int) -> dict[str, float]:
    read = envelope.parse(data)
    ids = [share.holder for share in read.shares][:threshold]

    def release() -> list[opening.Release]:
        return [opening.release(read, holder=id_, key=factories.key(at)) for at, id_ in enumerate(ids)]

    released = release()
    cipher, plain = AESGCM(bytes(32)), os.urandom(read.padded_size)
    ciphertext = cipher.encrypt(bytes(12), plain, None)
    return {
        "python_check_ms": milliseconds(lambda: envelope.parse(data)),
        "python_release_ms": milliseconds(release),
        "python_open_ms": milliseconds(lambda: opening.open_envelope(read, releases=released)),
        "yardstick_aes_gcm_ms": milliseconds(lambda: cipher.decrypt(bytes(12), ciphertext, None)),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    if workshop.chromium() is None or not workshop.VENDOR.exists():
        print("Needs Chromium and the vendor scripts: make setup", file=sys.stderr)
        return 1
    found = measure()
    if as_json:
        print(json.dumps(found, indent=1))
        return 0
    for row in [*found["envelopes"], found["key_file"]]:  # type: ignore[misc]
        print("  ".join(f"{name}={value}" for name, value in row.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
