package io.ringsight.app.command;

import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.Signals;
import io.ringsight.app.cli.Version;
import io.ringsight.app.config.edit.ConfigFile;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.daemon.Daemon;
import io.ringsight.app.systemd.Service;
import io.ringsight.core.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ringsight run}: the daemon. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Watches the sources of a configuration and publishes what it finds.",
            "SIGHUP reloads the configuration: adds, removes and changes sources, replaces a model whose file changed. A"
                    + " wrong one is refused.",
            "SIGTERM or Ctrl-C drains in-flight frames and exits with 0. Ends by itself when all file"
                    + " sources are over."
        })
public final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    @Mixin
    private ConfigOption config;

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        CompletableFuture<Void> termination = new CompletableFuture<>();
        Signals.onTermination((Runnable) () -> termination.complete(null));
        CompletableFuture<Daemon> started = new CompletableFuture<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, cause) -> failed(started, thread, cause));
        if (!Signals.onHangup(() -> started.thenAccept(this::reload))) {
            LOG.warn(
                    "SIGHUP is ignored (nohup, or -Xrs), so reload does not work: restart Ringsight after each change of the"
                            + " configuration, or start it without them");
        }
        ConfigFile file = config.kept();
        Daemon daemon = Daemon.start(file.read(), Clock.system(), List.of());
        try (daemon;
                Service service = Service.of(System.getenv(), daemon::pulse, daemon.status()::sentence)) {
            service.start();
            termination.thenRun(daemon::stop);
            daemon.changes().of(file);
            started.complete(daemon);
            daemon.await();
        }
        daemon.throwIfFailed();
        return ExitCode.DONE;
    }

    /** A thread ended by something nobody caught, perhaps before the daemon is there to be told. */
    private static void failed(CompletableFuture<Daemon> started, Thread thread, Throwable cause) {
        if (!started.isDone()) {
            LOG.error("thread {} failed; Ringsight ends as soon as it has started", thread.getName(), cause);
        }
        started.thenAccept(daemon -> daemon.failed(thread, cause));
    }

    private void reload(Daemon daemon) {
        try {
            daemon.changes().reload();
        } catch (RuntimeException e) {
            LOG.error("reloading the configuration failed; the sources and the model are unchanged", e);
        } catch (Error e) {
            // The future that calls this would keep it to itself.
            daemon.failed(Thread.currentThread(), e);
        }
    }
}
