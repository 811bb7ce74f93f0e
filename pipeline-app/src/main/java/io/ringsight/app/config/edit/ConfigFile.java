package io.ringsight.app.config.edit;

import io.ringsight.app.config.Config;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.config.yaml.YamlErrors;
import io.ringsight.app.config.yaml.YamlFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.function.Supplier;

/**
 * A configuration file, and the text that runs: what was read of it last, with the changes made since then. One thread at a
 * time.
 */
public final class ConfigFile {
    private final Path file;
    private final Supplier<ConfigReader> readers;
    /** What was read, or is to be written, last. */
    private String candidate;
    /** What runs. */
    private String running;
    /** What is in the file, as far as is known. */
    private String written;

    /** @param readers makes a reader for each reading */
    public ConfigFile(Path file, Supplier<ConfigReader> readers) {
        this.file = file;
        this.readers = readers;
    }

    /** Reads the file or tells all its mistakes. */
    public Config read() throws ConfigException {
        YamlErrors errors = new YamlErrors(file);
        String text = YamlFile.text(errors).orElse("");
        errors.throwIfAny();
        candidate = text;
        return readers.get().read(text);
    }

    /** The text that runs with a change made. */
    String with(SourceEdit edit) throws ConfigException, EditException {
        return new SourceEdits(file).apply(running, edit);
    }

    /** Reads this text in place of the file's. */
    Config read(String text) throws ConfigException {
        candidate = text;
        return readers.get().read(text);
    }

    /** What was read last from the file runs now. */
    public void runs() {
        running = candidate;
        written = candidate;
    }

    /** What was read last with a change made runs now. */
    void runsEdited() {
        running = candidate;
    }

    /** @throws EditException if what is in the file is not what runs, but for changes that were not saved */
    void checkUnchanged() throws EditException {
        try {
            if (Files.readString(file).equals(written)) {
                return;
            }
        } catch (IOException e) {
            throw EditException.conflict(file + " cannot be read, so the change cannot be saved: " + e);
        }
        throw EditException.conflict(
                file + " was changed and not reloaded, so the change cannot be saved; reload first");
    }

    /** Writes what runs, in one step: readers see the file as it was or as it is. A link stays a link. */
    void save() throws IOException {
        Path target = file.toRealPath();
        Path fresh = Files.createTempFile(target.toAbsolutePath().getParent(), "." + target.getFileName(), ".tmp");
        try {
            Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(target));
            keepGroup(target, fresh);
            Files.writeString(fresh, running);
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
        written = running;
    }

    private static void keepGroup(Path from, Path to) {
        try {
            PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
            view.setGroup(Files.getFileAttributeView(from, PosixFileAttributeView.class)
                    .readAttributes()
                    .group());
        } catch (IOException notOurs) {
            // a user who may not give the group away keeps their own
        }
    }
}
