package io.ringsight.app.daemon;

import io.ringsight.app.api.HealthPages;
import io.ringsight.app.api.MetricsPage;
import io.ringsight.app.api.Status;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.edit.ConfigChanges;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.console.ConsoleFiles;
import io.ringsight.app.http.HttpCounter;
import io.ringsight.app.http.HttpPages;
import io.ringsight.app.http.Role;
import io.ringsight.app.http.Route;
import io.ringsight.app.live.LivePictures;
import io.ringsight.app.live.LiveRoutes;
import io.ringsight.app.rest.EvidenceApi;
import io.ringsight.app.rest.History;
import io.ringsight.app.rest.PartsApi;
import io.ringsight.app.rest.RecentMessages;
import io.ringsight.app.rest.RestApi;
import io.ringsight.app.rest.SourcesApi;
import io.ringsight.app.rest.VerdictsApi;
import io.ringsight.core.analyse.verdict.Announcing;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.run.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The daemon's pages and API on their port, and what is kept for them. */
final class DaemonPages implements AutoCloseable {
    private final HttpPages pages;
    private final Ticker history;
    private final LivePictures live;
    private final SourcesApi sources;

    private DaemonPages(HttpPages pages, Ticker history, LivePictures live, SourcesApi sources) {
        this.live = live;
        this.sources = sources;
        this.pages = pages;
        this.history = history;
    }

    /**
     * Begins to serve.
     *
     * @param running the configuration as it runs now
     * @param changes reloads, and changes sources
     * @param announcing takes announcements of parts
     * @throws ConfigException if the port cannot be had
     */
    static DaemonPages open(
            HttpConfig http,
            Status status,
            RecentMessages recent,
            Supplier<Config> running,
            ConfigChanges changes,
            Announcing announcing)
            throws ConfigException {
        Counters<HttpCounter> metrics = new Counters<>(HttpCounter.class);
        History history = new History(status);
        Role forMetrics = http.auth().metricsOpen() ? Role.ANYONE : Role.VIEWER;
        List<Route> routes = new ArrayList<>(List.of(
                Route.open("/live", HealthPages.live()),
                Route.open("/started", HealthPages.started(status)),
                Route.open("/ready", HealthPages.ready(status)),
                new Route("GET", "/metrics", forMetrics, new MetricsPage(status, metrics))));
        routes.addAll(new RestApi(status, running, recent, history).routes(changes, metrics));
        SourcesApi sources = new SourcesApi(changes, running);
        routes.addAll(sources.routes());
        LivePictures live = new LivePictures(status.clock(), metrics);
        routes.addAll(new LiveRoutes(live, metrics, status::stateOf).routes());
        routes.addAll(new EvidenceApi(status).routes());
        routes.addAll(new VerdictsApi(status, status.reviews()).routes());
        routes.add(new PartsApi(announcing, status.clock()).route());
        routes.addAll(new ConsoleFiles().routes());
        HttpPages pages = HttpPages.open(http, routes, metrics);
        Duration period = Duration.ofSeconds(History.PERIOD_SECONDS);
        return new DaemonPages(pages, Ticker.start("history", period, history::sample), live, sources);
    }

    int port() {
        return pages.port();
    }

    /** Sees the pictures that somebody watches. */
    LivePictures live() {
        return live;
    }

    @Override
    public void close() {
        pages.close();
        sources.close();
        live.close();
        history.close();
    }
}
