"""usage: third_party.py STAGE LICENCES

Prints the licences of everything a distribution ships: the libraries of its SBOM, what their native libraries contain,
the Java runtime, and the texts that the jars and the folder LICENCES hold.
"""

import json
import re
import sys
import zipfile
from pathlib import Path

TEXT = re.compile(r"(META-INF/)?(licenses?/)?[^/]*(LICEN[CS]E|NOTICE|COPYING|AL2\.0|LGPL2\.1)[^/]*", re.IGNORECASE)
LINE = "=" * 100


def licences(component: dict) -> str:
    found = []
    for entry in component.get("licenses", []):
        licence = entry.get("license", {})
        found.append(entry.get("expression") or licence.get("id") or licence.get("name") or licence.get("url"))
    return " OR ".join(filter(None, found))


def components(stage: Path) -> list[tuple[str, str]]:
    bom = json.loads((stage / "doc" / "sbom.cdx.json").read_text())
    rows = set()
    for component in bom["components"]:
        if component.get("group") == "io.ringsight":
            continue
        name = f"{component.get('group', '')}:{component['name']} {component['version']}"
        licence = licences(component)
        if not licence:
            sys.exit(f"third_party.py: {name} names no licence in its POM: say it in scripts/package/licenses")
        rows.add((name, licence))
    return sorted(rows)


def jars(stage: Path, rows: list[tuple[str, str]]) -> None:
    """Every jar is a component of the SBOM."""
    known = {f"{name.split(':')[1].replace(' ', '-')}" for name, _ in rows}
    for jar in sorted((stage / "lib").glob("*.jar")):
        stem = re.sub(r"-linux-(x86_64|arm64)(-redist)?$", "", jar.stem)
        if not stem.startswith("pipeline-") and stem not in known:
            sys.exit(f"third_party.py: {jar.name} is shipped but is not in the SBOM")


def texts(stage: Path, more: Path) -> None:
    seen: dict[str, str] = {}
    for jar in sorted((stage / "lib").glob("*.jar")):
        with zipfile.ZipFile(jar) as archive:
            for entry in sorted(archive.namelist()):
                if TEXT.fullmatch(entry) and not entry.endswith((".class", "/")):
                    text = archive.read(entry).decode("utf-8", "replace").strip()
                    seen.setdefault(text, f"{jar.name}: {entry}")
    for file in sorted(more.iterdir()):
        if file.suffix != ".tsv":
            seen.setdefault(file.read_text().strip(), file.name)
    for text, where in sorted(seen.items(), key=lambda item: item[1]):
        print(f"\n{LINE}\n{where}\n{LINE}\n{text}")


def main() -> None:
    stage, more = Path(sys.argv[1]), Path(sys.argv[2])
    rows = components(stage)
    jars(stage, rows)
    print("Ringsight is licensed under the Apache License 2.0 (LICENSE). It ships the following works of others.\n")
    print("Libraries (the SBOM, sbom.cdx.json, has their checksums)")
    for name, licence in rows:
        print(f"  {name}: {licence}")
    print("\nWhat the native libraries contain")
    files = ["natives.tsv"] + ["nvidia.tsv"] * any((stage / "lib").glob("*redist*.jar"))
    for line in "\n".join((more / name).read_text() for name in files).splitlines():
        if line and not line.startswith("#"):
            name, version, licence, origin = line.split("\t")
            print(f"  {name}{'' if version == '-' else ' (' + version + ')'}: {licence}; {origin}")
    if (stage / "runtime").exists():
        release = dict(re.findall(r'(?m)^(\w+)="?(.*?)"?$', (stage / "runtime" / "release").read_text()))
        print("\nJava runtime")
        print(f"  OpenJDK {release['JAVA_VERSION']} ({release.get('IMPLEMENTOR', 'unknown builder')}): GPL-2.0-only WITH")
        print("  Classpath-exception-2.0; the texts for each of its modules are in runtime/legal.")
    texts(stage, more)


main()
