package io.ringsight.app.config;

import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.sources.recording.MediaFiles;
import io.ringsight.sources.spec.SourceSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Keeps sinks from writing into files that the same configuration reads, and into each other's: lines appended to a
 * video or a model spoil it for good. Files are compared by what their paths mean, links followed. Used by one thread.
 */
final class SinkFiles {
    private static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");
    private static final String DEAD_LETTERS = "dead-letters.jsonl";
    private static final String OWN_FILE = "a file that nothing else uses";

    /** One file a sink may write or replace. */
    private record Target(YamlObject yaml, String key, Path file) {
        int line() {
            return yaml.lineOf(key);
        }
    }

    private final List<Target> files = new ArrayList<>();
    private final List<Target> folders = new ArrayList<>();
    /** What each file is that is read, for people. */
    private final Map<FileIdentity, String> inputs = new HashMap<>();
    /** The same by the folder it is in. */
    private final Map<FileIdentity, String> inputsByFolder = new HashMap<>();

    private final Set<YamlObject> refused = new HashSet<>();

    /** A sink writes lines to this file and moves full ones to names of 1 to {@code keep} behind it. */
    void writesLines(YamlObject yaml, String key, Path file, int keep) {
        files.add(new Target(yaml, key, file));
        for (int i = 1; i <= keep; i++) {
            files.add(new Target(yaml, key, numbered(file, i)));
        }
    }

    /** A sink writes lines to standard output, which the shell may have bound to a file. */
    void writesStandardOutput(YamlObject yaml, String key) {
        files.add(new Target(yaml, key, STANDARD_OUTPUT));
    }

    /** A sink spools to this folder, which is to be its own. */
    void spools(YamlObject yaml, String key, Path folder) {
        folders.add(new Target(yaml, key, folder));
    }

    private static Path numbered(Path file, int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    /**
     * A file is read; it need not exist. Null is none.
     *
     * @param what it is, for people
     */
    void reads(Path file, String what) {
        if (file != null) {
            put(inputs, file, what);
            put(inputsByFolder, folderOf(file), what);
        }
    }

    /** As {@link #reads(Path, String)}, of all files of a source. */
    void reads(SourceConfig source) {
        String what = "a file of source " + YamlObject.quoted(source.id().value());
        if (source.spec() instanceof SourceSpec.Network network) {
            reads(network.caFile(), what);
        } else if (source.spec() instanceof SourceSpec.Recording recording) {
            put(inputs, recording.path(), what);
            mediaFiles(recording.path()).forEach(file -> put(inputs, file, what));
            mediaFiles(recording.path()).stream()
                    .map(SinkFiles::folderOf)
                    .distinct()
                    .forEach(folder -> put(inputsByFolder, folder, what));
        }
    }

    private static List<Path> mediaFiles(Path named) {
        try {
            return MediaFiles.of(named).files();
        } catch (IOException e) {
            // Not there yet, or not to be seen: whoever opens the source says so.
            return List.of(named);
        }
    }

    private static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null ? file.toAbsolutePath() : folder;
    }

    private static void put(Map<FileIdentity, String> map, Path path, String value) {
        try {
            map.putIfAbsent(FileIdentity.of(path), value);
        } catch (IOException e) {
            // It cannot be read either: whoever reads it says why.
        }
    }

    /** Adds a mistake for each sink that would write where it must not. Call it once all is known. */
    void check() {
        Map<FileIdentity, Target> written = new HashMap<>();
        Map<FileIdentity, Target> spools = new HashMap<>();
        for (Target spool : folders) {
            FileIdentity folder = identity(spool.file());
            if (folder != null) {
                spools.putIfAbsent(folder, spool);
                checkSpool(spool, folder);
            }
        }
        for (Target target : files) {
            FileIdentity file = identity(target.file());
            if (file != null && file.kind() != FileIdentity.Kind.SPECIAL) {
                checkFile(target, file, written, spools);
            }
        }
    }

    /** Null where that cannot be told: nothing can be written there. */
    private static FileIdentity identity(Path path) {
        try {
            return FileIdentity.of(path);
        } catch (IOException e) {
            return null;
        }
    }

    private void checkSpool(Target spool, FileIdentity folder) {
        Path deadLetters = spool.file().resolve(DEAD_LETTERS);
        String input = Stream.of(
                        inputs.get(folder),
                        inputsByFolder.get(folder),
                        inputs.get(identity(deadLetters)),
                        inputs.get(identity(numbered(deadLetters, 1))),
                        inputs.get(identity(numbered(deadLetters, 2))))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        if (input != null) {
            mistake(spool, "a directory of its own", "holds " + input);
        } else if (folder.kind() == FileIdentity.Kind.REGULAR) {
            mistake(spool, "a directory of its own", "is a file");
        }
    }

    private void checkFile(
            Target target, FileIdentity file, Map<FileIdentity, Target> written, Map<FileIdentity, Target> spools) {
        Target other = written.putIfAbsent(file, target);
        Target spool = spools.get(identity(folderOf(target.file())));
        if (inputs.containsKey(file)) {
            mistake(target, OWN_FILE, "is " + inputs.get(file));
        } else if (other != null && other.yaml() != target.yaml()) {
            mistake(target, OWN_FILE, "the sink on line " + other.line() + " writes");
        } else if (spool != null) {
            mistake(target, OWN_FILE, "is in the spool of the sink on line " + spool.line());
        }
    }

    /** One for each sink: a folder that is wrong is so for all files that rotation makes. */
    private void mistake(Target target, String expected, String use) {
        if (!refused.add(target.yaml())) {
            return;
        }
        String got = YamlObject.quoted(target.file().toString());
        target.yaml().mistake(target.key(), "expected " + expected + ", got " + got + ", which " + use);
    }
}
