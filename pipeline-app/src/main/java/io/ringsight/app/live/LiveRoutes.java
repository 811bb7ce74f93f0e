package io.ringsight.app.live;

import io.ringsight.app.api.Status;
import io.ringsight.app.http.Content;
import io.ringsight.app.http.Feed;
import io.ringsight.app.http.HttpCounter;
import io.ringsight.app.http.Page;
import io.ringsight.app.http.Query;
import io.ringsight.app.http.QueryException;
import io.ringsight.app.http.Route;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.Counters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Live pictures over HTTP: one as a file, one source's as MJPEG, and those of many with their messages. */
public final class LiveRoutes {
    private static final int MAX_SOURCES = 64;
    private static final long SNAPSHOT_MS = 3_000;

    private final LivePictures pictures;
    private final Counters<HttpCounter> metrics;
    private final Function<String, String> states;

    /**
     * @param states the state of a source by its id, {@code live} for one that gives frames; null for none of this id
     */
    public LiveRoutes(LivePictures pictures, Counters<HttpCounter> metrics, Function<String, String> states) {
        this.pictures = pictures;
        this.metrics = metrics;
        this.states = states;
    }

    /** What there is to ask for. */
    public List<Route> routes() {
        return List.of(
                Route.view("/api/v1/sources/{id}/snapshot", (Content.Later) this::snapshot),
                Route.view("/api/v1/sources/{id}/live", feed(false)),
                Route.view("/api/v1/live", feed(true)));
    }

    private CompletionStage<Page.Answer> snapshot(Query query) throws QueryException {
        SourceId id = known(query.only("id", "width").text("id").orElseThrow());
        int width = query.integer("width", ViewerWish.MIN_WIDTH, ViewerWish.MAX_WIDTH, ViewerWish.MAX_WIDTH);
        CompletableFuture<LivePicture> first = new CompletableFuture<>();
        Runnable end = pictures.watch(id, new ViewerWish(width, ViewerWish.MAX_FPS), first::complete);
        return first.orTimeout(SNAPSHOT_MS, TimeUnit.MILLISECONDS)
                .whenComplete((picture, late) -> end.run())
                .handle((picture, late) -> picture == null ? none(id) : file(picture));
    }

    private static Page.Answer file(LivePicture picture) {
        return new Page.Answer(
                200,
                "image/jpeg",
                picture.jpeg(),
                Map.of(LiveStream.FRAME_SEQ, Long.toString(picture.frameSeq()), LiveStream.SOURCE, picture.sourceId()));
    }

    private Page.Answer none(SourceId id) {
        String state = states.apply(id.value());
        String why = Status.LIVE.equals(state)
                ? ", but its frames come more seldom, or lie in a GPU's memory, where decode: cpu leaves none"
                : "";
        return Page.Answer.text(
                503, "there was no picture within " + SNAPSHOT_MS / 1000 + " s: the source is " + state + why + "\n");
    }

    private Feed feed(boolean withMessages) {
        return new Feed() {
            @Override
            public String contentType() {
                return LiveStream.CONTENT_TYPE;
            }

            @Override
            public Feed.Stream open(Query query, Runnable wake) throws QueryException {
                List<SourceId> sources = withMessages
                        ? listed(query.only("sources", "width", "fps"))
                        : List.of(known(
                                query.only("id", "width", "fps").text("id").orElseThrow()));
                LiveStream stream = new LiveStream(withMessages, wake, metrics);
                ViewerWish wish = wish(query);
                sources.forEach(id -> stream.until(pictures.watch(id, wish, stream::show)));
                return stream;
            }
        };
    }

    private static ViewerWish wish(Query query) throws QueryException {
        return new ViewerWish(
                query.integer("width", ViewerWish.MIN_WIDTH, ViewerWish.MAX_WIDTH, ViewerWish.DEFAULT_WIDTH),
                query.integer("fps", 1, ViewerWish.MAX_FPS, ViewerWish.DEFAULT_FPS));
    }

    private List<SourceId> listed(Query query) throws QueryException {
        List<SourceId> ids = new ArrayList<>();
        for (String id : query.text("sources").orElse("").split(",", MAX_SOURCES + 1)) {
            SourceId known = known(id);
            if (!ids.contains(known)) {
                ids.add(known);
            }
        }
        return ids;
    }

    private SourceId known(String id) throws QueryException {
        if (!SourceId.isValid(id) || states.apply(id) == null) {
            throw QueryException.notFound(
                    "there is no such source, or they are more than " + MAX_SOURCES + "; /api/v1/sources lists them");
        }
        return new SourceId(id);
    }
}
