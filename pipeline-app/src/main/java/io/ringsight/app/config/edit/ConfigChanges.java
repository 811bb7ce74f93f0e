package io.ringsight.app.config.edit;

import io.ringsight.app.config.Config;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.linux.LowPriority;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reloads of the configuration, and changes of it that people make while it runs: one after the other, by any thread. Both
 * go the same way into the daemon; a change that is not saved lasts until the next reload or restart.
 */
public final class ConfigChanges {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigChanges.class);
    private static final List<String> STOPPING = List.of("Ringsight is stopping");

    /** Gives a configuration. */
    public interface Reading {
        /** Reads all of it or tells all its mistakes. */
        Config read() throws ConfigException;
    }

    /** Makes what runs that of a configuration. */
    public interface Applying {
        /** Waits until it is done; gives the mistakes for which it was refused, none if it was applied. */
        List<String> apply(Reading reading) throws InterruptedException;
    }

    /**
     * What became of a change.
     *
     * @param errors why it was refused; none if it was applied
     * @param saved whether the file has it
     * @param unsaved why it was not saved although it should be; empty if it was or should not
     */
    public record Outcome(List<String> errors, boolean saved, String unsaved) {
        public boolean applied() {
            return errors.isEmpty();
        }
    }

    private final Applying applying;
    private ConfigFile file;

    public ConfigChanges(Applying applying) {
        this.applying = applying;
    }

    /** What runs was read last from this file. */
    public synchronized void of(ConfigFile read) {
        file = read;
        file.runs();
    }

    /** Reads the file once more; changes that were not saved are gone then. Gives its mistakes, none if it was applied. */
    public synchronized List<String> reload() {
        if (file == null) {
            return List.of("the configuration cannot be read again yet; try again in a moment");
        }
        List<String> errors = apply(file::read);
        if (errors.isEmpty()) {
            file.runs();
        }
        return errors;
    }

    /**
     * Changes a source; the others do not notice.
     *
     * @param save whether the file is to have it, too
     * @throws EditException if it cannot be made; nothing has changed then
     */
    public synchronized Outcome change(SourceEdit edit, boolean save) throws EditException {
        checkKnown();
        if (save) {
            file.checkUnchanged();
        }
        Config wanted;
        try {
            wanted = read(edit);
        } catch (ConfigException e) {
            // no reload was refused: who asked is told, and nobody else needs to be
            return new Outcome(e.mistakes(), false, "");
        }
        List<String> errors = apply(() -> wanted);
        if (!errors.isEmpty()) {
            return new Outcome(errors, false, "");
        }
        file.runsEdited();
        return save ? saved() : new Outcome(List.of(), false, "");
    }

    /**
     * The configuration with a change that is not made.
     *
     * @throws ConfigException if it is wrong
     */
    public synchronized Config tried(SourceEdit edit) throws EditException, ConfigException {
        checkKnown();
        return read(edit);
    }

    /** Models are tried when they are read: cameras come first. */
    private Config read(SourceEdit edit) throws EditException, ConfigException {
        String text = file.with(edit);
        return LowPriority.call("config-reader", () -> file.read(text));
    }

    private void checkKnown() throws EditException {
        if (file == null) {
            throw EditException.conflict("Ringsight is still starting; try again in a moment");
        }
    }

    private Outcome saved() {
        try {
            file.save();
            LOG.info("the change is saved in the configuration");
            return new Outcome(List.of(), true, "");
        } catch (IOException | RuntimeException e) {
            LOG.warn("the change runs and could not be saved", e);
            return new Outcome(
                    List.of(), false, "the change runs until the next reload or restart, but could not be saved: " + e);
        }
    }

    private List<String> apply(Reading reading) {
        try {
            return applying.apply(reading);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return STOPPING;
        }
    }
}
