"""XXH64, the checksum of the state file, as its specification says it
(https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md)."""
import struct

PRIMES = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
MASK = (1 << 64) - 1


def rotate(x, bits):
    return (x << bits | x >> (64 - bits)) & MASK


def step(lane, word):
    return rotate((lane + word * PRIMES[1]) & MASK, 31) * PRIMES[0] & MASK


def xxh64(data):
    one, two, three, four, five = PRIMES
    at, lanes = 0, [(one + two) & MASK, two, 0, -one & MASK]
    while len(data) - at >= 32:
        lanes = [step(lane, word) for lane, word in zip(lanes, struct.unpack_from("<4Q", data, at))]
        at += 32
    h = five
    if at:
        h = sum(rotate(lane, turn) for lane, turn in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            h = ((h ^ step(0, lane)) * one + four) & MASK
    h = (h + len(data)) & MASK
    for at in range(at, len(data) - 7, 8):
        h = (rotate(h ^ step(0, *struct.unpack_from("<Q", data, at)), 27) * one + four) & MASK
    at = len(data) & ~7
    if len(data) & 4:
        h = (rotate(h ^ struct.unpack_from("<I", data, at)[0] * one & MASK, 23) * two + three) & MASK
        at += 4
    for byte in data[at:]:
        h = rotate(h ^ byte * five & MASK, 11) * one & MASK
    h = (h ^ h >> 33) * two & MASK
    h = (h ^ h >> 29) * three & MASK
    return h ^ h >> 32
