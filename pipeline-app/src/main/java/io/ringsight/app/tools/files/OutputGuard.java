package io.ringsight.app.tools.files;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.config.FileIdentity;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps a command from harming files: before anything is opened for writing, every output is compared with every input
 * and with every other output, by what the paths mean. An existing file is replaced only if it is empty or one that this
 * kind of command wrote before.
 */
public final class OutputGuard {
    private static final int MAX_LINES = 10;
    private static final String EXPECTED_FILE = "expected a file to write";
    private static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");

    private final Map<FileIdentity, Path> inputs = new HashMap<>();
    private final Map<FileIdentity, String> outputs = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    /** The command reads this file. Those that do not exist are somebody else's to complain of. Null is none. */
    public OutputGuard reads(Path file) {
        try {
            if (file != null) {
                inputs.putIfAbsent(FileIdentity.of(file), file);
            }
        } catch (IOException e) {
            // It cannot be read either: whoever reads it says why.
        }
        return this;
    }

    /**
     * The command writes this file.
     *
     * @param option what named it, for people
     * @param file null is none
     */
    public OutputGuard writes(String option, Path file, Written kind) {
        return writes(option, file, kind, false);
    }

    /** As above; the file may also be a pipe or a device. */
    public OutputGuard streams(String option, Path file, Written kind) {
        return writes(option, file, kind, true);
    }

    /** The command writes to standard output, which the shell may have bound to a file. */
    public OutputGuard writesStandardOutput() {
        try {
            Path input = Files.isRegularFile(STANDARD_OUTPUT) ? inputs.get(FileIdentity.of(STANDARD_OUTPUT)) : null;
            if (input != null) {
                problems.add("standard output goes to the input " + input + "; send it to another file");
            }
        } catch (IOException e) {
            // Standard output is closed or no file.
        }
        return this;
    }

    private OutputGuard writes(String option, Path file, Written kind, boolean anything) {
        if (file == null) {
            return this;
        }
        try {
            FileIdentity identity = FileIdentity.of(file);
            String problem = problem(identity, file, kind, anything);
            if (problem == null && identity.kind() != FileIdentity.Kind.SPECIAL) {
                String other = outputs.putIfAbsent(identity, option + " " + file);
                problem = other == null ? null : "is the same file as " + other + "; name another";
            }
            if (problem != null) {
                problems.add(
                        problem.equals(EXPECTED_FILE)
                                ? option + ": " + problem + ", but " + file + " is a folder"
                                : option + ": " + file + " " + problem);
            }
        } catch (AccessDeniedException e) {
            problems.add(option + ": " + file + " cannot be written: no permission");
        } catch (IOException e) {
            problems.add(option + ": " + file + " cannot be written: " + IoReason.of(e));
        }
        return this;
    }

    /** What speaks against writing there, or null. */
    private String problem(FileIdentity identity, Path file, Written kind, boolean anything) throws IOException {
        Path input = inputs.get(identity);
        if (input != null && identity.kind() != FileIdentity.Kind.SPECIAL) {
            return "would overwrite the input " + input + "; name another file";
        }
        return switch (identity.kind()) {
            case FOLDER -> EXPECTED_FILE;
            case SPECIAL -> anything ? null : "is a device or pipe; only messages can go there";
            case REGULAR -> problemOfReplacing(file, kind);
            case NOTHING -> problemOfMaking(file);
        };
    }

    private static String problemOfReplacing(Path file, Written kind) throws IOException {
        if (!kind.mayReplace(file)) {
            return "is there already and is not " + kind.what() + "; remove it or name another file";
        }
        return Files.isWritable(file) ? null : "cannot be written: no permission";
    }

    /** A folder that is not there yet is made by those who write many files into it; theirs to say if it fails. */
    private static String problemOfMaking(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(folder) && !Files.isWritable(folder)) {
            return "cannot be written: no permission to make files in " + folder;
        }
        return null;
    }

    /** Ends the command, with one line for each problem, if there is any. */
    public void check() {
        if (problems.isEmpty()) {
            return;
        }
        List<String> lines = new ArrayList<>();
        problems.stream().limit(MAX_LINES).forEach(problem -> lines.add("ringsight: " + problem));
        if (problems.size() > MAX_LINES) {
            lines.add("ringsight: and " + (problems.size() - MAX_LINES) + " more");
        }
        throw CommandException.usage(lines);
    }

    /** Complains, before anything is done, of a file to be written whose folder is not there. */
    public OutputGuard inExistingFolder(String option, Path file) {
        Path folder = file == null ? null : file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder) && !Files.exists(file)) {
            problems.add(option + ": " + file + " cannot be written: there is no folder " + folder);
        }
        return this;
    }
}
