#!/usr/bin/python3
"""Damaged streams against the FFmpeg the product carries, each in a process of its own: what crashes, what hangs?

usage: fuzz-streams.py [--seconds N] [--seed S]     (scripts/fuzz --minutes N streams calls it)
Takes the libraries from the built distribution (scripts/ringsight builds it). Makes small streams with Debian's ffmpeg
(H.264, H.265, MJPEG, AV1 in MP4, MPEG-TS, Matroska, raw), damages them (bits turned, cut, pieces of another put in, a
piece doubled) and decodes each. A crash is an end by a signal; its input is kept in out/fuzz/streams. What is damaged was
decoded whole before, and of what is damaged some must still give a frame: else the decoders were not reached.
Exit status: 0 no crash and no hang, 1 some, 2 nothing was tried.
"""
import argparse
import collections
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "out/fuzz/streams"
INSIDE = "org/bytedeco/ffmpeg/linux-x86_64/"
LIMIT_S = 20
STREAMS = {"avc.mp4": "libx264", "avc.ts": "libx264", "avc.h264": "libx264", "hevc.mp4": "libx265", "hevc.ts": "libx265",
           "hevc.hevc": "libx265", "mjpeg.mkv": "mjpeg", "mjpeg.mjpeg": "mjpeg", "av1.mkv": "libsvtav1", "av1.mp4": "libsvtav1"}


def unpack(folder):
    """FFmpeg's program and libraries as the product carries them; the program."""
    jars = sorted(ROOT.glob("pipeline-app/target/ringsight/lib/ffmpeg-*-linux-x86_64.jar"))
    if not jars:
        print("fuzz-streams.py: no FFmpeg in pipeline-app/target/ringsight/lib; build it: scripts/ringsight --version",
              file=sys.stderr)
        sys.exit(2)
    with zipfile.ZipFile(jars[-1]) as jar:
        jar.extractall(folder, [name for name in jar.namelist() if name.startswith(INSIDE)])
    program = folder / INSIDE / "ffmpeg"
    program.chmod(0o755)
    return program


def make(folder):
    """Debian's encoders; one it lacks is left out and said so."""
    seeds = {}
    for name, encoder in STREAMS.items():
        file = folder / name
        done = subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10", "-t", "2",
                               "-pix_fmt", "yuvj420p" if encoder == "mjpeg" else "yuv420p", "-c:v", encoder, "-g", "5",
                               "-y", str(file)], stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode == 0:
            seeds[name] = file.read_bytes()
        else:
            print("left out: %s (no %s here)" % (name, encoder))
    seeds["session.sdp"] = b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 0 RTP/AVP 96\n" \
        b"a=rtpmap:96 H264/90000\na=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==\n"
    return seeds


def damaged(data, other, chance):
    data = bytearray(data)
    for _ in range(chance.choice((1, 2, 5, 20, 100))):
        at = chance.randrange(len(data))
        length = chance.choice((1, 4, 16, 64, 400))
        kind = chance.randrange(5)
        if kind == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            data[at:at + length] = bytes(chance.choice((0, 255, chance.randrange(256))) for _ in range(length))
        elif kind == 2 and len(data) > 2 * length:
            del data[at:at + length]
        elif kind == 3:
            start = chance.randrange(len(other))
            data[at:at] = other[start:start + length]
        else:
            data[at:at] = data[at:at + length]
    return bytes(data[:chance.randrange(1, len(data))] if chance.random() < 0.1 else data)


def decode(ffmpeg, file):
    """(exit status, None when it still ran after LIMIT_S; frames decoded)."""
    command = [str(ffmpeg), "-v", "quiet", "-nostdin", "-threads", "1", "-protocol_whitelist", "file,crypto,data,rtp,udp",
               "-i", str(file), "-frames:v", "60", "-f", "framecrc", "-"]
    if file.suffix == ".sdp":
        command[2:2] = ["-rw_timeout", "200000"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              timeout=LIMIT_S, env={"LD_LIBRARY_PATH": str(ffmpeg.parent)})
    except subprocess.TimeoutExpired:
        return None, 0
    return done.returncode, sum(line[:1].isdigit() for line in done.stdout.splitlines())


def not_decoded(ffmpeg, seeds, folder):
    """The streams that are not decoded although they are whole: to damage them would try nothing."""
    found = []
    for name, data in sorted(seeds.items()):
        file = folder / name
        file.write_bytes(data)
        status, frames = decode(ffmpeg, file)
        if file.suffix != ".sdp" and (status != 0 or not frames):  # to a session nobody sends
            found.append("%s: exit status %s, %d frames" % (name, status, frames))
    return found


def wrong(status):
    """What is wrong with an end, in words; empty if nothing is."""
    if status is None:
        return "still running after %d s" % LIMIT_S
    return "signal %d" % -status if status < 0 else ""


def fuzz(ffmpeg, seeds, folder, chance, seconds, seed):
    """(streams tried and frames decoded, each by name; what crashed or hung)."""
    tried, frames, bad = collections.Counter(), collections.Counter(), []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        name = chance.choice(sorted(seeds))
        data = damaged(seeds[name], seeds[chance.choice(sorted(seeds))], chance)
        file = folder / ("damaged" + pathlib.Path(name).suffix)
        file.write_bytes(data)
        status, decoded = decode(ffmpeg, file)
        tried[name] += 1
        frames[name] += decoded
        if wrong(status):
            OUT.mkdir(parents=True, exist_ok=True)
            kept = OUT / ("%d-%d-%s" % (seed, sum(tried.values()), name))
            kept.write_bytes(data)
            bad.append("%s: %s" % (kept, wrong(status)))
            print(bad[-1], flush=True)
    return tried, frames, bad


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    o = parser.parse_args()
    print("seed %d" % o.seed, flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        ffmpeg, seeds = unpack(folder), make(folder)
        unread = not_decoded(ffmpeg, seeds, folder)
        if unread or len(seeds) < 2:
            print("nothing was tried: whole streams are not decoded: %s" % ("; ".join(unread) or "there is none"))
            return 2
        tried, frames, bad = fuzz(ffmpeg, seeds, folder, random.Random(o.seed), o.seconds, o.seed)
    print("%d damaged streams decoded (%s), %d frames of them: %d crashed or hung" % (
        sum(tried.values()), ", ".join("%s %d" % item for item in sorted(tried.items())), sum(frames.values()), len(bad)))
    if not bad and not sum(frames.values()):
        print("nothing was tried: no damaged stream gave a frame")
        return 2
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
