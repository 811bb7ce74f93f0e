package io.ringsight.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on standard error; nothing at all when that is no terminal. */
public final class Progress implements AutoCloseable {
    private static final int UPDATE_MS = 200;

    private final ProgressBar bar;

    private Progress(ProgressBar bar) {
        this.bar = bar;
    }

    /**
     * Begins.
     *
     * @param task what is done, in a word or two
     * @param unit of the steps, e.g. {@code " pictures"}
     * @param total steps to do; -1 when unknown
     */
    public static Progress begin(String task, String unit, long total) {
        if (!errorIsTerminal()) {
            return new Progress(null);
        }
        return new Progress(new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .setUnit(unit, 1)
                .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
                .setUpdateIntervalMillis(UPDATE_MS)
                .showSpeed()
                .clearDisplayOnFinish()
                .build());
    }

    private static boolean errorIsTerminal() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/2"))
                    .toString()
                    .matches("/dev/(pts/\\d+|tty\\w*|console)");
        } catch (IOException | UnsupportedOperationException e) {
            // No such file system: System.console() knows at least whether in- and output are a terminal.
            return System.console() != null;
        }
    }

    /** One step more. Any thread. */
    public void step() {
        if (bar != null) {
            bar.step();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
