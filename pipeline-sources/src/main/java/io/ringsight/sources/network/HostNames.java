package io.ringsight.sources.network;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.run.Threads;
import io.ringsight.sources.libav.Deadline;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks host names up before FFmpeg does: its own look-up waits for the resolver, half a minute or more, and asks no
 * deadline meanwhile. Once a name was found the system answers again at once, mostly.
 *
 * <p>Each look-up has a daemon thread, given up and not waited for when time is up; their number is bounded, for a
 * resolver that never answers. Any thread.
 */
public final class HostNames {
    /** A hanging resolver holds one for each camera with a name, and others must not wait for them. */
    static final int MAX_LOOKUPS = 256;

    /** A URL whose host is a name and no address. */
    private static final Pattern NAMED =
            Pattern.compile("[a-z]+://([^/?#:@\\[\\]]*[A-Za-z][^/?#:@\\[\\]]*)(?=[/?#:]|$)");

    private static final long LOOK_MS = 20;
    private static final Lookup SYSTEM = InetAddress::getByName;
    private static final HostNames OF_SYSTEM = new HostNames(SYSTEM);

    private final Lookup lookup;
    private final Semaphore free = new Semaphore(MAX_LOOKUPS);

    /** Finds a name's address; may take as long as it likes. */
    interface Lookup {
        InetAddress of(String host) throws UnknownHostException;
    }

    HostNames(Lookup lookup) {
        this.lookup = lookup;
    }

    /** Those of the system, with one bound for all sources. */
    public static HostNames system() {
        return OF_SYSTEM;
    }

    /**
     * The address of {@code host}, a name or a literal address.
     *
     * @throws UnknownHostException if there is none
     * @throws EndedException if {@code deadline} is over before, or the source is stopped
     */
    InetAddress find(String host, Deadline deadline) throws EndedException, UnknownHostException {
        if (!free.tryAcquire()) {
            throw noAnswer(host);
        }
        CompletableFuture<InetAddress> answer = new CompletableFuture<>();
        boolean started = false;
        try {
            Threads.start("name-lookup", () -> look(host, answer));
            started = true;
        } finally {
            if (!started) {
                free.release();
            }
        }
        return await(host, answer, deadline);
    }

    private void look(String host, CompletableFuture<InetAddress> answer) {
        try {
            answer.complete(lookup.of(host));
        } catch (Throwable e) {
            answer.completeExceptionally(e);
        } finally {
            free.release();
        }
    }

    /**
     * Waits until FFmpeg can look the host of {@code spec} up without hanging. What is not known is left to FFmpeg, which
     * says so itself; so is what a proxy or nobody looks up.
     *
     * @throws EndedException if nobody answers before {@code deadline} is over, or the source is stopped
     */
    public void prepare(SourceSpec.Network spec, Deadline deadline) throws EndedException {
        boolean proxied = System.getenv("http_proxy") != null || spec.options().containsKey("http_proxy");
        Matcher host = NAMED.matcher(spec.url());
        if (!host.lookingAt() || proxied && spec.scheme().startsWith("http")) {
            return;
        }
        try {
            find(host.group(1), deadline);
        } catch (UnknownHostException e) {
            // FFmpeg hears the same.
        }
    }

    private static InetAddress await(String host, CompletableFuture<InetAddress> answer, Deadline deadline)
            throws EndedException, UnknownHostException {
        while (!deadline.isStopped()) {
            try {
                return answer.get(LOOK_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (deadline.isOver()) {
                    throw noAnswer(host);
                }
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Error broken) {
                    throw broken;
                }
                throw new UnknownHostException(host);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EndedException(Ending.stopped());
            }
        }
        throw new EndedException(Ending.stopped());
    }

    private static EndedException noAnswer(String host) {
        return new EndedException(Ending.retry(
                GapReason.UNREACHABLE,
                "no name server resolved " + host + " in time; check /etc/resolv.conf, or use an IP address"));
    }
}
