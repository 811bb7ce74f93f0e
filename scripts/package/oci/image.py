"""usage: image.py VERSION COMMIT OUT LAYER.tar...

Writes an OCI image of the layers as one tar, which is a Docker archive, too. Equal input and SOURCE_DATE_EPOCH give
equal bytes.
"""

import gzip
import hashlib
import io
import json
import os
import sys
import tarfile
from datetime import datetime, timezone
from pathlib import Path

EPOCH = int(os.environ["SOURCE_DATE_EPOCH"])
CREATED = datetime.fromtimestamp(EPOCH, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
HOME = "/var/lib/ringsight"


def config(version: str, commit: str, diff_ids: list[str]) -> dict:
    return {
        "architecture": "amd64",
        "os": "linux",
        "created": CREATED,
        "config": {
            "User": "10001:10001",
            "WorkingDir": HOME,
            "Entrypoint": ["/usr/bin/ringsight"],
            "Cmd": ["run", "-c", "/etc/ringsight/pipeline.yaml"],
            "Env": [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "LANG=C.UTF-8",
                f"HOME={HOME}",
                f"XDG_CACHE_HOME={HOME}/cache",
                "RINGSIGHT_HTTP_BIND=0.0.0.0",
            ],
            "ExposedPorts": {"8080/tcp": {}},
            "Volumes": {HOME: {}},
            "StopSignal": "SIGTERM",
            "Healthcheck": {
                "Test": ["CMD", "/usr/lib/ringsight/bin/healthy"],
                "Interval": 30_000_000_000,
                "Timeout": 5_000_000_000,
                "StartPeriod": 60_000_000_000,
                "Retries": 3,
            },
            "Labels": {
                "org.opencontainers.image.title": "ringsight",
                "org.opencontainers.image.version": version,
                "org.opencontainers.image.revision": commit,
                "org.opencontainers.image.licenses": "Apache-2.0",
            },
        },
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": [{"created": CREATED, "created_by": "scripts/package/build"} for _ in diff_ids],
    }


class Image:
    """The tar that is being written."""

    def __init__(self, out: Path) -> None:
        self.tar = tarfile.open(out, "w", format=tarfile.GNU_FORMAT)

    def add(self, name: str, data: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = len(data), EPOCH, 0o644
        self.tar.addfile(info, io.BytesIO(data))

    def blob(self, media_type: str, data: bytes) -> dict:
        digest = hashlib.sha256(data).hexdigest()
        self.add(f"blobs/sha256/{digest}", data)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}


def path(descriptor: dict) -> str:
    return "blobs/" + descriptor["digest"].replace(":", "/")


def encoded(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def main() -> None:
    version, commit, out = sys.argv[1:4]
    image = Image(Path(out))
    layers, diff_ids = [], []
    for tar in map(Path, sys.argv[4:]):
        data = tar.read_bytes()
        diff_ids.append("sha256:" + hashlib.sha256(data).hexdigest())
        packed = gzip.compress(data, compresslevel=6, mtime=0)
        layers.append(image.blob("application/vnd.oci.image.layer.v1.tar+gzip", packed))
    settings = image.blob("application/vnd.oci.image.config.v1+json", encoded(config(version, commit, diff_ids)))
    manifest_type = "application/vnd.oci.image.manifest.v1+json"
    body = {"schemaVersion": 2, "mediaType": manifest_type, "config": settings, "layers": layers}
    manifest = image.blob(manifest_type, encoded(body))
    manifest["annotations"] = {
        "org.opencontainers.image.ref.name": version,
        "io.containerd.image.name": f"docker.io/library/ringsight:{version}",
    }
    image.add("index.json", encoded({"schemaVersion": 2, "manifests": [manifest]}))
    image.add("oci-layout", encoded({"imageLayoutVersion": "1.0.0"}))
    docker = [{"Config": path(settings), "RepoTags": [f"ringsight:{version}"], "Layers": [path(one) for one in layers]}]
    image.add("manifest.json", encoded(docker))
    image.tar.close()


main()
